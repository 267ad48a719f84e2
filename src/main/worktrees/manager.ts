import { mkdirSync, realpathSync } from 'node:fs'
import { AppError, type Project, type Worktree } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import { createArchive } from './archive.ts'
import { createWorktree } from './create.ts'
import { describeMain, describeWorktree, mainCheckout, mainId } from './describe.ts'
import { readDiff } from './diff/read-diff.ts'
import type { WorktreeDriver } from './driver-port.ts'
import { commitAll } from './git/commit.ts'
import { createGitDriver } from './git/driver.ts'
import { createGit } from './git/git.ts'
import { readMainBranch } from './git/main-branch.ts'
import { pullMain } from './git/pull.ts'
import { type Checkout, openRepository, resolveCommit } from './git/repository.ts'
import { refuseChanged } from './guards.ts'
import { findCheckout, proveIdentity } from './identity.ts'
import { createKeyedLock } from './locks.ts'
import type { Worktrees } from './port.ts'
import { createRecords, type WorktreeRecord } from './records.ts'
import { removeRecorded } from './remove.ts'
import { type Room, storeFolder, temporaryFolder } from './room.ts'
import { restoreSnapshot } from './snapshots/restore-snapshot.ts'
import { listSnapshotRefs } from './snapshots/snapshot-refs.ts'
import { type SnapshotSource, takeSnapshot } from './snapshots/take-snapshot.ts'
import { type RunLock, recoverProjects } from './start-up.ts'

export interface WorktreesOptions {
  /** Where worktrees lie, one folder for each project; made when needed. */
  readonly root: string
  readonly clock: Clock
  readonly logger: Logger
  /** Given to every git process, for example the mark by which a host finds its children. */
  readonly env?: Readonly<Record<string, string>>
  /** Drivers beside the git one. */
  readonly drivers?: readonly WorktreeDriver[]
  /** Names the driver for new worktrees of a project; `git` when left out. */
  readonly driverOf?: (project: Project) => string
}

/** The worktree manager, with an end: `settled` resolves when no removed folder is being deleted any more. */
export interface WorktreeManager extends Worktrees {
  settled(): Promise<void>
}

/**
 * Makes the worktree manager.
 *
 * What changes one run's worktree runs one at a time; reading waits for nobody.
 */
export function createWorktrees(options: WorktreesOptions): WorktreeManager {
  mkdirSync(options.root, { recursive: true })
  const root = realpathSync(options.root)
  const { clock, logger } = options
  const git = createGit(options.env)
  const remoteGit = createGit(options.env)
  const drivers = [createGitDriver({ root, git }), ...(options.drivers ?? [])]
  const driverNamed = (name: string): WorktreeDriver => {
    const driver = drivers.find((candidate) => candidate.name === name)
    if (driver) return driver
    throw new AppError('CONFLICT', `There is no worktree driver "${name}": choose another one for the project.`)
  }
  const room: Room = {
    root,
    git,
    clock,
    logger,
    records: createRecords({ root, clock, logger }),
    archive: createArchive({ root, logger }),
    driverNamed,
    driverFor: (project) => driverNamed(options.driverOf?.(project) ?? 'git'),
  }
  const alone = createKeyedLock()
  const lock: RunLock = (projectId, runId, work) => alone(`${projectId}/${runId}`, work)

  /** Runs `work` on a worktree of a run, alone. */
  const change = async <T>(project: Project, id: string, work: (record: WorktreeRecord) => Promise<T>): Promise<T> => {
    const first = await requireRecord(room, project, id)
    return lock(project.id, first.runId, async () => work(await requireRecord(room, project, id)))
  }
  const sourceOf = (record: WorktreeRecord, checkout: Checkout): SnapshotSource => ({
    checkout,
    runId: record.runId,
    branch: record.branch,
    store: storeFolder(room, record.projectId, record.name),
    now: clock.now(),
  })

  return {
    create: (project, request) => lock(project.id, request.runId, () => createWorktree(room, project, request)),
    list: (project, listing) => listAll(room, project, listing?.sizes ?? false),
    async get(project, id) {
      const record = await readyRecord(room, project, id)
      const checkout = record && (await findCheckout(await openRepository(git, project), record))
      if (record && checkout) return describeWorktree(git, checkout, record)
      return id === mainId(project) ? describeMain(git, project) : null
    },
    reset: (project, id, { discardChanges, ignored = false }) =>
      change(project, id, async (record) => {
        const driver = driverNamed(record.driver)
        const checkout = await proveIdentity(git, project, record, driver)
        if (!discardChanges) await refuseChanged(git, checkout, record)
        await takeSnapshot(git, sourceOf(record, checkout))
        await driver.reset(project, record, { commit: record.baseCommit, ignored })
        return describeWorktree(git, checkout, record)
      }),
    remove: (project, id, removal) => change(project, id, (record) => removeRecorded(room, project, record, removal)),
    snapshot: (project, id) =>
      change(project, id, async (record) => {
        const checkout = await requireCheckout(room, project, record)
        const { snapshot, isNew } = await takeSnapshot(git, sourceOf(record, checkout))
        return isNew ? { ref: snapshot.ref, commit: snapshot.commit } : null
      }),
    async snapshots(project, runId) {
      const refs = await listSnapshotRefs(git, await openRepository(git, project), runId)
      return refs.map(({ ref, commit, createdAt }) => Object.freeze({ ref, commit, createdAt }))
    },
    restore: (project, id, ref) =>
      change(project, id, async (record) => {
        const checkout = await proveIdentity(git, project, record, driverNamed(record.driver))
        const before = await restoreSnapshot(git, sourceOf(record, checkout), ref)
        return { ref: before.ref, commit: before.commit }
      }),
    async diff(project, id) {
      const record = await readyRecord(room, project, id)
      if (record) return readDiff(git, await requireCheckout(room, project, record), record.baseCommit, temporaryFolder(room))
      if (id !== mainId(project)) throw notFound(id)
      const main = await mainCheckout(git, project)
      return readDiff(git, main, await resolveCommit(git, main.repository, null), temporaryFolder(room))
    },
    async ofRun(project, runId) {
      const ready = (await room.records.list(project.id)).filter((record) => record.runId === runId && record.state === 'ready')
      const repository = await openRepository(git, project)
      for (const record of ready) {
        const checkout = await findCheckout(repository, record)
        if (checkout) return describeWorktree(git, checkout, record)
      }
      return null
    },
    commit: (project, id, message) =>
      change(project, id, async (record) => commitAll(git, await requireCheckout(room, project, record), message)),
    mainBranch: (project) => readMainBranch(git, project),
    pull: (project, { env }) => alone(project.id, () => pullMain(git, remoteGit, project, env)),
    recover: (projects) => recoverProjects(room, projects, lock),
    settled: () => room.archive.settled(),
  }
}

async function listAll(room: Room, project: Project, sizes: boolean): Promise<Worktree[]> {
  const repository = await openRepository(room.git, project)
  const records = (await room.records.list(project.id)).filter(({ state }) => state === 'ready')
  const worktrees = await Promise.all([
    describeMain(room.git, project),
    ...records.map(async (record) => {
      const checkout = await findCheckout(repository, record)
      // One that goes away while it is being read is no reason to show none.
      return checkout && describeWorktree(room.git, checkout, record, sizes).catch((error) => ignoreVanished(room, record, error))
    }),
  ])
  return worktrees.filter((worktree) => worktree !== null)
}

async function ignoreVanished(room: Room, record: WorktreeRecord, error: unknown): Promise<null> {
  const now = await room.records.read(record.projectId, record.name)
  if (now?.state === 'ready') throw error
  return null
}

const readyRecord = async (room: Room, project: Project, id: string): Promise<WorktreeRecord | null> => {
  const record = await room.records.read(project.id, id)
  return record?.state === 'ready' ? record : null
}

async function requireRecord(room: Room, project: Project, id: string): Promise<WorktreeRecord> {
  const record = await readyRecord(room, project, id)
  if (record) return record
  if (id === mainId(project))
    throw new AppError('FORBIDDEN', `${id} is the main checkout of ${project.name}: the app never changes or removes it.`)
  throw notFound(id)
}

async function requireCheckout(room: Room, project: Project, record: WorktreeRecord): Promise<Checkout> {
  const checkout = await findCheckout(await openRepository(room.git, project), record)
  if (checkout) return checkout
  throw new AppError('NOT_FOUND', `The folder of ${record.name} is gone, or git does not know it any more: look at ${record.path}.`)
}

const notFound = (id: string): AppError =>
  new AppError('NOT_FOUND', `There is no worktree ${id} in this project: it may have been removed.`)
