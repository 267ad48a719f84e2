import { useEffect, useMemo, useRef, useState } from 'react'
import type { Dispatch, OpInfo } from '../../../shared/contract/index.ts'
import { closeRunOp, getClient, messageOf, newKey, tellDispatched, useLive, useOps, useUi } from '../../stores/index.ts'
import { changeForm, changeLane, changeTargets, chooseOp, finishOp, openOpDrafts, useOpDrafts } from './drafts.ts'
import { RunOpView } from './run-op-view.tsx'
import { type Drafts, emptyDrafts, type Faults, readOptions } from './schema/draft.ts'
import { fieldsOf } from './schema/read-fields.ts'
import { isRefusal, NO_REFUSAL, type Refusal, readRefusal } from './schema/refusal.ts'
import { createRequestKeys } from './schema/request-keys.ts'
import { useTargets } from './use-targets.ts'
import { wordsOf } from './words.ts'

const NO_FAULTS: Faults = new Map()
const NO_TARGETS: readonly string[] = []

/** The dialog that runs an op of the host; open while `useUi().runOp` is set. What was filled in stays when it is closed. */
export function RunOpDialog() {
  const opened = useUi((state) => state.runOp)
  // Each opening is another errand: its own key, its own complaints.
  const [errand, setErrand] = useState({ opened, number: 0 })
  if (errand.opened !== opened) setErrand({ opened, number: errand.number + (opened === null ? 0 : 1) })
  return <Errand key={errand.number} />
}

function Errand() {
  const opened = useUi((state) => state.runOp)
  const ops = useOps(opened !== null)
  const drafts = useOpDrafts()
  const lanes = useLive((state) => state.lanes)
  const op = ops.data?.find(({ name }) => name === drafts.op)
  const fields = useMemo(() => (op ? fieldsOf(op.params, { skip: op.targetParam, words: wordsOf(op.name) }) : []), [op])
  const form = useMemo(() => (op && drafts.forms[op.name]) || emptyDrafts(fields), [op, drafts.forms, fields])
  const targets = useTargets(opened !== null && op ? op.targets : null)
  const chosen = (op && drafts.targets[op.targets]) ?? NO_TARGETS
  const [keys] = useState(() => createRequestKeys(newKey))
  const [busy, setBusy] = useState(false)
  // Two presses in one moment both see the screen from before the first.
  const sending = useRef(false)
  const [attempts, setAttempts] = useState(0)
  const [refusal, setRefusal] = useState<Refusal>(NO_REFUSAL)
  const [choosing, setChoosing] = useState(false)
  const kinds = useRef(ops.data)
  kinds.current = ops.data

  const known = ops.data !== null
  useEffect(() => {
    if (opened !== null && known) openOpDrafts(opened, (name) => kinds.current?.find((one) => one.name === name)?.targets)
  }, [opened, known])

  const refuse = (why: Refusal) => {
    setRefusal(why)
    setAttempts((count) => count + 1)
  }

  const submit = async (chosenOp: OpInfo, asked: Drafts) => {
    if (sending.current) return
    const { options, faults } = readOptions(fields, asked)
    const missing = needsTarget(chosenOp) && chosen.length === 0
    if (faults.size > 0 || missing) {
      refuse({ ...NO_REFUSAL, fields: faults, targets: missing ? `Choose at least one ${chosenOp.targets}.` : null })
      return
    }
    const request: Dispatch = {
      op: chosenOp.name,
      options,
      ...(chosen.length > 0 && chosenOp.targets !== 'none' ? { targets: [...chosen] } : {}),
      ...(chosenOp.control ? {} : { lane: drafts.lane }),
    }
    sending.current = true
    setBusy(true)
    try {
      const { runs } = await getClient().ops.dispatch({ ...request, idempotencyKey: keys.for(request) })
      tellDispatched(chosenOp.title, runs)
      finishOp(chosenOp.name)
      closeRunOp()
    } catch (error) {
      if (isRefusal(error)) refuse(readRefusal(error, fields))
      else {
        keys.lost(request)
        refuse({ ...NO_REFUSAL, general: `${messageOf(error)} Nothing is done twice if you run it again.` })
      }
    } finally {
      sending.current = false
      setBusy(false)
    }
  }

  return (
    <RunOpView
      open={opened !== null}
      ops={ops.data}
      opsError={ops.error}
      op={op}
      fields={fields}
      drafts={form}
      faults={refusal.fields.size > 0 ? refusal.fields : NO_FAULTS}
      refusal={refusal}
      attempts={attempts}
      targets={targets}
      chosen={chosen}
      lane={drafts.lane}
      lanes={[...lanes.values()]}
      busy={busy}
      focusForm={!choosing && op !== undefined && opened?.op === op.name}
      onChoose={(name) => {
        setChoosing(true)
        setRefusal(NO_REFUSAL)
        setAttempts(0)
        chooseOp(name)
      }}
      onDrafts={(next) => {
        if (!op) return
        setRefusal(withoutChanged(refusal, form, next))
        changeForm(op.name, next)
      }}
      onTargets={(ids) => {
        if (!op) return
        setRefusal({ ...refusal, targets: null, target: null, general: null })
        changeTargets(op.targets, ids)
      }}
      onLane={(lane) => {
        setRefusal({ ...refusal, lane: null })
        changeLane(lane)
      }}
      onReloadOps={ops.reload}
      onSubmit={() => void (op && submit(op, form))}
      onClose={closeRunOp}
    />
  )
}

const needsTarget = (op: OpInfo): boolean => op.targets !== 'none' && op.targets !== 'project'

/** A complaint goes when what it is about is changed; the others stay. */
function withoutChanged(refusal: Refusal, before: Drafts, after: Drafts): Refusal {
  const isChanged = (path: string) => {
    const name = path.split('.')[0]!
    return before[name] !== after[name]
  }
  return { ...refusal, general: null, fields: new Map([...refusal.fields].filter(([path]) => !isChanged(path))) }
}
