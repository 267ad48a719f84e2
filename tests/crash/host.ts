/**
 * A host to be killed: the headless host with the real core, agents kept apart from this machine's user, and a scripted model somewhere else.
 *
 * Its only argument is `HostOptions` as JSON. It prints `listening on <url>` and then lives until a signal.
 */
import { createCore } from '../../src/main/core.ts'
import { opencodeConfig } from '../../src/main/demo/scripted-model.ts'
import { endOnSignal, startHeadlessHost } from '../../src/main/headless/index.ts'
import type { FleetWorkerSpec } from '../../src/main/workers/index.ts'
import type { SettingsPatch } from '../../src/shared/models/index.ts'
import { memorySettings } from '../support/core.ts'

export interface HostOptions {
  readonly dataDir: string
  readonly token: string
  /** Base URL of the model provider. */
  readonly modelUrl: string
  readonly settings?: SettingsPatch
  /** Worker processes to keep going. */
  readonly fleet?: readonly FleetWorkerSpec[]
  /** Laid over OpenCode's configuration. */
  readonly config?: object
  /** Serves the built page; without it nobody looks at the host, and a build may be under way. */
  readonly page?: boolean
}

const { dataDir, token, modelUrl, settings, fleet, config, page } = JSON.parse(process.argv[2]!) as HostOptions

const starting = startHeadlessHost({
  dataDir,
  port: 0,
  token,
  pageFolder: page ? undefined : dataDir,
  createCore: (given) =>
    createCore({
      ...given,
      ports: { ...given.ports, settings: memorySettings(settings) },
      isolatedAgents: true,
      fleet: fleet ?? [],
      opencodeConfig: opencodeConfig(modelUrl, config),
    }),
})
endOnSignal(async () => (await starting).stop(), { exit: (code) => process.exit(code), tell: (line) => process.stderr.write(`${line}\n`) })
process.stdout.write(`listening on ${(await starting).url}\n`)
await new Promise(() => {})
