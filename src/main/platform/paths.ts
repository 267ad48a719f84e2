import { join, resolve } from 'node:path'

/** Where things lie in a data folder. */
export interface DataPaths {
  readonly root: string
  /** The SQLite file; SQLite keeps its `-wal` and `-shm` beside it. */
  readonly database: string
  /** Worktrees, one folder for each project. */
  readonly worktrees: string
  /** Working folders of runs without a project. */
  readonly scratch: string
  /** What the OpenCode server needs from us: plugin, configuration, records of started servers. */
  readonly opencode: string
  readonly logs: string
  /** Pid, start time, URL and token of the running host; mode 0600. */
  readonly instanceFile: string
  readonly projectsFile: string
  /** Artifacts too large for the database, by content. */
  readonly artifacts: string
}

/** Names every place in a data folder, as absolute paths. Creates nothing. */
export function dataPaths(dataDir: string): DataPaths {
  const root = resolve(dataDir)
  return {
    root,
    database: join(root, 'controlroom.sqlite'),
    worktrees: join(root, 'worktrees'),
    scratch: join(root, 'scratch'),
    opencode: join(root, 'opencode'),
    logs: join(root, 'logs'),
    instanceFile: join(root, 'instance.json'),
    projectsFile: join(root, 'projects.json'),
    artifacts: join(root, 'artifacts'),
  }
}
