import { useMemo } from 'react'
import type { TargetKind } from '../../../shared/contract/index.ts'
import { isLive, type RunSummary } from '../../../shared/models/index.ts'
import { runWord } from '../../format/index.ts'
import { getClient, useLive, useQuery } from '../../stores/index.ts'

/** Something an op can be run at. */
export interface Target {
  readonly id: string
  readonly label: string
  /** Stands smaller at its right: what tells it from others of its name. */
  readonly note: string
  /** It needs care: said in amber. */
  readonly warning?: string
}

export interface Targets {
  readonly items: readonly Target[]
  readonly loading: boolean
  readonly error: string | null
  readonly reload: () => void
}

const NONE: readonly Target[] = []
const nothing = () => {}

/** What an op of a kind can be run at, as it changes. Worktrees are read from disk, everything else is known. */
export function useTargets(kind: TargetKind | null): Targets {
  const projects = useLive((s) => s.projects)
  const runs = useLive((s) => (kind === 'run' ? s.runs : null))
  const workers = useLive((s) => (kind === 'worker' ? s.workers : null))
  const worktrees = useQuery(kind === 'worktree' ? 'worktrees' : null, () => getClient().worktrees.list({}))
  const items = useMemo((): readonly Target[] => {
    const nameOf = (projectId: string | null) => (projectId === null ? '' : (projects.get(projectId)?.name ?? ''))
    switch (kind) {
      case 'project':
        return byLabel(
          [...projects.values()].map(({ id, name, path, problem, trusted }) => ({
            id,
            label: name,
            note: path,
            ...(problem ? { warning: 'missing' } : trusted ? {} : { warning: 'not trusted' }),
          })),
        )
      case 'run':
        return [...(runs?.values() ?? [])]
          .filter((run) => !isOver(run))
          .sort((a, b) => Number(isLive(b.status)) - Number(isLive(a.status)) || b.createdAt - a.createdAt)
          .map((run) => ({ id: run.id, label: run.title, note: [runWord(run), nameOf(run.projectId)].filter(Boolean).join(' · ') }))
      case 'worker':
        return [...(workers?.values() ?? [])].flatMap(({ workerId, name, state, build }) =>
          workerId ? [{ id: workerId, label: name, note: build?.version ?? '', ...(state === 'running' ? {} : { warning: state }) }] : [],
        )
      case 'worktree':
        return byLabel(
          (worktrees.data?.worktrees ?? []).flatMap(({ id, name, branch, projectId, main, dirty, ahead }) =>
            main
              ? []
              : [
                  {
                    id,
                    label: branch ?? name,
                    note: nameOf(projectId),
                    ...(dirty || ahead > 0 ? { warning: dirty ? 'uncommitted' : 'unmerged' } : {}),
                  },
                ],
          ),
        )
      default:
        return NONE
    }
  }, [kind, projects, runs, workers, worktrees.data])
  return kind === 'worktree'
    ? { items, loading: worktrees.loading && worktrees.data === null, error: worktrees.error, reload: worktrees.reload }
    : { items, loading: false, error: null, reload: nothing }
}

const isOver = ({ status }: RunSummary): boolean => status === 'succeeded' || status === 'failed' || status === 'cancelled'
const byLabel = (items: Target[]): Target[] => items.sort((a, b) => a.label.localeCompare(b.label))
