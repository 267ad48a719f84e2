import { useEffect, useMemo, useRef, useState } from 'react'
import { navigate } from 'wouter/use-hash-location'
import type { Run } from '../../../shared/models/index.ts'
import { closeNewRun, getClient, newKey, toast, trustProject, useHost, useLive, usePending, useUi } from '../../stores/index.ts'
import { changeDraft, finishDraft, openDraft, useDraft } from './draft.ts'
import { joinPrompts, requestsOf } from './form.ts'
import { NewRunView } from './new-run-view.tsx'
import { createKeys, type QueueEntry, queueRuns } from './queue-runs.ts'
import { splitPrompts } from './split-prompts.ts'
import { useModels } from './use-models.ts'

const NO_FAILURES: ReadonlyMap<string, string> = new Map()

const tellQueued = (runs: readonly Run[]): void => {
  const [first] = runs
  if (first === undefined) return
  toast({
    tone: 'ok',
    title: runs.length === 1 ? 'Queued' : `Queued ${runs.length} runs`,
    text: runs.length === 1 ? first.title : `in lane ${first.lane}`,
    action: { label: 'Open', onPress: () => navigate(runs.length === 1 ? `/runs/${first.id}` : '/board') },
  })
}

/** The dialog that queues a new run; open while `useUi().newRun` is set. What was written stays when it is closed. */
export function NewRunDialog() {
  const opened = useUi((state) => state.newRun)
  const form = useDraft((state) => state.form)
  const projects = useLive((state) => state.projects)
  const lanes = useLive((state) => state.lanes)
  const host = useHost()
  const [keys] = useState(() => createKeys(newKey))
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null)
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(NO_FAILURES)
  const trusting = usePending(`projects.trust:${form.projectId}`)
  const models = useModels(opened !== null && form.kind === 'agent')
  const before = useRef(opened)

  useEffect(() => {
    if (opened !== null && before.current !== opened) openDraft(opened, useUi.getState().projectId)
    before.current = opened
  }, [opened])

  const projectList = useMemo(() => [...projects.values()].sort((a, b) => a.name.localeCompare(b.name)), [projects])
  const laneList = useMemo(() => [...lanes.values()].sort((a, b) => a.name.localeCompare(b.name)), [lanes])
  const demo = host?.demo ?? null

  /** Takes what was queued out of the dialog; what was not stays, with the reason. */
  const settle = (entries: readonly QueueEntry[], prompts: readonly string[], used: readonly string[]) => {
    keys.keep(entries.flatMap(({ request, run }, index) => (run === null ? [{ request, key: used[index]! }] : [])))
    tellQueued(entries.flatMap((entry) => (entry.run === null ? [] : [entry.run])))
    const left = prompts.filter((_, index) => entries[index]?.run === null)
    if (left.length === 0) {
      setFailures(NO_FAILURES)
      finishDraft()
      closeNewRun()
      return
    }
    setFailures(new Map(entries.flatMap((entry, index) => (entry.error === null ? [] : [[prompts[index]!, entry.error] as const]))))
    if (left.length < prompts.length) changeDraft({ text: joinPrompts(left, form.mode) })
  }

  const submit = async () => {
    const isDemo = demo !== null && demo.projectId === form.projectId && form.model === ''
    const requests = requestsOf(isDemo ? { ...form, model: demo.model } : form)
    const prompts = splitPrompts(form.text, form.mode)
    const used = keys.for(requests)
    setProgress({ done: 0, of: requests.length })
    const entries = await queueRuns(
      requests,
      used,
      (request) => getClient().runs.create(request),
      (done) => setProgress({ done, of: requests.length }),
    )
    setProgress(null)
    settle(entries, prompts, used)
  }

  return (
    <NewRunView
      open={opened !== null}
      form={form}
      projects={projectList}
      lanes={laneList}
      models={models}
      demo={demo}
      progress={progress}
      failures={failures}
      trusting={trusting}
      onChange={changeDraft}
      onClose={closeNewRun}
      onSubmit={() => void submit()}
      onTrust={(projectId) => void trustProject(projectId)}
      onAddProject={() => {
        closeNewRun()
        navigate('/projects')
      }}
    />
  )
}
