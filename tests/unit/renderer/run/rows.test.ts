import { describe, expect, it } from 'vitest'
import { buildRows, isClose, type SentPrompt, stillUntold } from '../../../../src/renderer/features/run/conversation/rows.ts'
import { addEvents, EMPTY_CONVERSATION } from '../../../../src/renderer/features/run/feed/conversation.ts'
import { makeRun, makeStep, permissionItem } from '../../../../src/renderer/features/run/samples/index.ts'
import { eventMaker } from './events.ts'

const types = (rows: readonly { type: string }[]): string[] => rows.map((row) => row.type)

describe('the rows of a conversation', () => {
  it('puts the card of an open request below everything, once', () => {
    const event = eventMaker()
    const conversation = addEvents(EMPTY_CONVERSATION, [
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('permission', { data: { requestId: permissionItem.id } }),
      event('text', { data: { partId: 'b', text: 'y' } }),
    ])
    const rows = buildRows(conversation, [permissionItem], [], makeRun())
    expect(types(rows)).toEqual(['text', 'text', 'waiting'])
    expect(types(buildRows(conversation, [], [], makeRun()))).toEqual(['text', 'permission', 'text', 'working'])
  })

  it('shows a request that the events have not told yet at the end', () => {
    expect(types(buildRows(EMPTY_CONVERSATION, [permissionItem], [], makeRun()))).toEqual(['waiting'])
  })

  it('ends with what the run does, or with how it ended', () => {
    const ended = makeRun({ status: 'failed', outcome: 'error', endedAt: 5 })
    expect(types(buildRows(EMPTY_CONVERSATION, [], [], makeRun()))).toEqual(['working'])
    expect(types(buildRows(EMPTY_CONVERSATION, [], [], ended))).toEqual(['ending'])
    expect(types(buildRows(EMPTY_CONVERSATION, [], [], makeRun({ status: 'queued' })))).toEqual([])
  })

  it('leaves out the note that would repeat the ending, but keeps those of earlier endings', () => {
    const event = eventMaker()
    const conversation = addEvents(EMPTY_CONVERSATION, [
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('run', { message: 'Failed: x', level: 'error', data: { status: 'failed' } }),
      event('text', { data: { partId: 'b', text: 'y' } }),
      event('text', { data: { partId: 'c', text: 'z' } }),
      event('run', { message: 'Failed: z', level: 'error', data: { status: 'failed' } }),
    ])
    const rows = buildRows(conversation, [], [], makeRun({ status: 'failed', outcome: 'error' }))
    expect(types(rows)).toEqual(['text', 'note', 'text', 'text', 'ending'])
  })

  it('tells no step where one agent step follows another', () => {
    const event = eventMaker()
    const conversation = addEvents(EMPTY_CONVERSATION, [
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('prompt', { step: 1, data: { text: 'and now' } }),
      event('log', { step: 2, message: 'out' }),
    ])
    const run = makeRun({ steps: [makeStep(), makeStep({ index: 1 }), makeStep({ index: 2, op: 'shell' })] })
    expect(types(buildRows(conversation, [], [], run))).toEqual(['text', 'prompt', 'step', 'output', 'working'])
  })

  it('leaves the writing of the todo list out, which stands below, unless it failed', () => {
    const event = eventMaker()
    const conversation = addEvents(EMPTY_CONVERSATION, [
      event('tool', { data: { partId: 'a', tool: 'todowrite', status: 'completed' } }),
      event('tool', { data: { partId: 'b', tool: 'todowrite', status: 'error', error: 'no' } }),
    ])
    expect(types(buildRows(conversation, [], [], makeRun()))).toEqual(['tool', 'working'])
  })

  it('sets calls of tools close together and speech apart', () => {
    const event = eventMaker()
    const [text, tool, other] = addEvents(EMPTY_CONVERSATION, [
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('tool', { data: { partId: 'b', tool: 'read' } }),
      event('tool', { data: { partId: 'c', tool: 'read' } }),
    ]).items
    expect([isClose(tool!, text), isClose(other!, tool), isClose(text!, undefined)]).toEqual([false, true, false])
  })
})

describe('what was sent and not told back', () => {
  const sent = (text: string, afterSeq: number): SentPrompt => ({ key: `${text}${afterSeq}`, text, afterSeq })

  it('goes when a later prompt event has its words', () => {
    const event = eventMaker()
    const { items } = addEvents(EMPTY_CONVERSATION, [
      event('prompt', { data: { text: 'go on' } }),
      event('prompt', { data: { text: 'go on ' } }),
    ])
    expect(stillUntold([sent('go on', 0)], items)).toEqual([])
    expect(stillUntold([sent('go on', 2)], items)).toHaveLength(1)
    expect(stillUntold([sent('other', 0)], items)).toHaveLength(1)
  })

  it('takes each told prompt for one that was sent', () => {
    const event = eventMaker()
    const { items } = addEvents(EMPTY_CONVERSATION, [event('prompt', { data: { text: 'again' } })])
    expect(stillUntold([sent('again', 0), { ...sent('again', 0), key: 'second' }], items).map((prompt) => prompt.key)).toEqual(['second'])
  })
})
