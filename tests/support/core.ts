import { join } from 'node:path'
import { type Core, type CoreConfig, createCore } from '../../src/main/core.ts'
import { opencodeConfig, type ScriptedModel, startScriptedModel } from '../../src/main/demo/scripted-model.ts'
import { type SettingsPort, silentLogger, systemClock } from '../../src/main/platform/index.ts'
import { CreateRun } from '../../src/shared/contract/runs.ts'
import { type Run, type RunStatus, Settings, type SettingsPatch } from '../../src/shared/models/index.ts'
import { mergeSettings } from '../../src/shared/models/settings-values.ts'

/** Settings that live in memory. */
export function memorySettings(patch: SettingsPatch = {}): SettingsPort {
  let current = mergeSettings(Settings.parse({}), patch)
  return {
    get: () => current,
    update(change) {
      current = mergeSettings(current, change)
      return current
    },
  }
}

export interface TestCore extends Core {
  readonly dataDir: string
  readonly model: ScriptedModel
  create(request: CreateRun): Promise<Run>
  /** Resolves with the run once its status is one of these. */
  until(runId: string, ...statuses: RunStatus[]): Promise<Run>
}

/** A whole core with the real OpenCode binary, and the scripted model `fake/fake` as its only provider. Stop it, then close the model. */
export async function openCore(
  folder: string,
  options: { settings?: SettingsPatch; model?: ScriptedModel } & Partial<CoreConfig> = {},
): Promise<TestCore> {
  const { settings, model = await startScriptedModel(), ...config } = options
  const dataDir = join(folder, 'data')
  const core = await createCore({
    dataDir,
    host: 'headless',
    ports: { settings: memorySettings(settings), clock: systemClock },
    logger: silentLogger,
    isolatedAgents: true,
    opencodeConfig: opencodeConfig(model.url),
    ...config,
  })
  return {
    ...core,
    dataDir,
    model,
    create: async (request) => core.runs.create(CreateRun.parse(request)),
    async until(runId, ...statuses): Promise<Run> {
      const end = new AbortController()
      for await (const message of core.live.watch(undefined, end.signal)) {
        const rows =
          message.type === 'snapshot'
            ? message.state.runs
            : message.changes.map((change) => (change.collection === 'runs' ? change.value : null))
        if (rows.some((run) => run?.id === runId && statuses.includes(run.status))) end.abort()
      }
      return core.runs.get(runId)
    },
  }
}
