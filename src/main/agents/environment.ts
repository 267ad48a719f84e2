import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../shared/models/index.ts'
import { INSTANCE_MARK } from '../platform/index.ts'
import type { ServerPlaces } from './places.ts'

/** Marks everything that one OpenCode server started, whatever it left behind. Its value is the server's own id. */
export const SERVER_MARK = 'CONTROLROOM_OPENCODE'

/** What an isolated server still takes from the host's environment: nothing personal, no keys. */
const PLAIN =
  /^(PATH|LANG|LANGUAGE|LC_.*|TZ|SHELL|USER|LOGNAME|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|NUMBER_OF_PROCESSORS|CONTROLROOM_TEST)$/i

/** What no server takes: this app's own secrets and marks, and what belongs to an OpenCode or Electron that this app itself runs in. */
const FOREIGN =
  /^(CONTROLROOM_(?!TEST$).*|ELECTRON_.*|RUN_ID|RUN_ATTEMPT_ID|OPENCODE|OPENCODE_(PID|PURE|DB|CLIENT|CALLER|SERVER_.*|CONFIG_CONTENT|PERMISSION|WORKSPACE_ID))$/

export interface EnvironmentOptions {
  readonly places: ServerPlaces
  readonly serverId: string
  readonly instanceId: string
  readonly password: string
  readonly settings: Settings['opencode']
  readonly isolated: boolean
  readonly pluginFile: string
  /** Laid over everything else. */
  readonly extra: Readonly<Record<string, string>>
  readonly host: Readonly<NodeJS.ProcessEnv>
}

/**
 * Builds the environment of an OpenCode server, as changes to the host's own (undefined takes a variable away).
 *
 * Otherwise than `isolated`, it is the person's own OpenCode: their configuration, their credentials, their keys. Isolated, it has folders of its own under
 * the data folder, no model catalogue and no network of its own accord.
 */
export function serverEnvironment(options: EnvironmentOptions): Record<string, string | undefined> {
  const { host, places, settings, isolated } = options
  const dropped = Object.keys(host).filter((name) => (isolated ? !PLAIN.test(name) : FOREIGN.test(name)))
  return {
    ...Object.fromEntries(dropped.map((name) => [name, undefined])),
    ...(isolated ? isolation(places) : {}),
    // Leaner for many directories at once: no file watcher and no finder, which only OpenCode's own screens use.
    OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER: '1',
    OPENCODE_DISABLE_FFF: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    ...(isolated || !settings.projectConfig ? { OPENCODE_DISABLE_PROJECT_CONFIG: '1' } : {}),
    ...options.extra,
    // Each start leaves a library of several megabytes here for ever; the folder is deleted with the server.
    TMPDIR: places.tmp,
    OPENCODE_SERVER_USERNAME: 'opencode',
    OPENCODE_SERVER_PASSWORD: options.password,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(serverConfig(options)),
    [INSTANCE_MARK]: options.instanceId,
    [SERVER_MARK]: options.serverId,
  }
}

function isolation({ home, models }: ServerPlaces): Record<string, string> {
  return {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
    OPENCODE_MODELS_PATH: models,
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    OPENCODE_DISABLE_SHARE: '1',
    OPENCODE_DISABLE_CLAUDE_CODE: '1',
    OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
  }
}

/** What is merged over the person's configuration. `snapshot` is off: this app keeps its own snapshots, and OpenCode's cost seconds in large repositories. */
function serverConfig({ places, settings, pluginFile, host, extra }: EnvironmentOptions): object {
  const plugin = {
    turns: places.turns,
    config: places.extraConfig,
    providerTimeoutMs: settings.providerTimeoutMs,
    restore: { TMPDIR: extra.TMPDIR ?? host.TMPDIR ?? null },
  }
  return { snapshot: false, autoupdate: false, plugin: [[pluginFile, plugin]] }
}

/** Pattern of the folder in which OpenCode keeps the long outputs of tools. */
export function toolOutputPattern(isolated: boolean, places: ServerPlaces, environment: Readonly<NodeJS.ProcessEnv>): string {
  const data = isolated ? join(places.home, 'data') : (environment.XDG_DATA_HOME ?? join(environment.HOME ?? homedir(), '.local', 'share'))
  return join(data, 'opencode', 'tool-output', '*')
}
