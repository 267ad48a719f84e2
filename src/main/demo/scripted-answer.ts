import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { ScenarioStep } from './scenario.ts'

/** About as long as a Node timer can wait. */
const FOR_EVER_MS = 2 ** 31 - 1

/** Streams the answer of one step as server-sent chunks. Returns early, without an error, when the caller hangs up. */
export async function streamAnswer(
  step: ScenarioStep,
  scene: { model: string | undefined; response: ServerResponse; signal: AbortSignal; id: string },
): Promise<void> {
  try {
    await stream(step, scene)
  } catch (error) {
    if (!scene.signal.aborted) throw error
  }
}

async function stream(step: ScenarioStep, { model, response, signal, id }: Parameters<typeof streamAnswer>[1]): Promise<void> {
  const base = { id, object: 'chat.completion.chunk', created: 0, model }
  const wait = (ms: number) => pause(ms, undefined, { signal })
  const write = (data: object | string): void => {
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
  }
  const delta = (change: object, finish: string | null = null): void =>
    write({ ...base, choices: [{ index: 0, delta: change, finish_reason: finish }] })

  if (step.latencyMs) await wait(step.latencyMs)
  if (step.hang === 'headers') await wait(FOR_EVER_MS)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  if (step.hang) await wait(FOR_EVER_MS)

  let sent = 0
  /** Paces the pieces. @returns false once the line is cut */
  const next = async (): Promise<boolean> => {
    if (sent === step.hangAfter) await wait(FOR_EVER_MS)
    if (sent === step.dropAfter) response.destroy()
    else if (step.delayMs && sent > 0) await wait(step.delayMs)
    sent++
    return !response.destroyed
  }

  delta({ role: 'assistant', content: '' })
  if (step.reasoning) delta({ reasoning_content: step.reasoning })
  for (const piece of textPieces(step)) {
    if (!(await next())) return
    delta({ content: piece() })
  }
  for (const [index, tool] of (step.tools ?? []).entries()) {
    const args = typeof tool.args === 'string' ? tool.args : JSON.stringify(tool.args ?? {})
    delta({ tool_calls: [{ index, id: tool.id ?? `${id}-call-${index}`, type: 'function', function: { name: tool.name, arguments: '' } }] })
    for (const piece of cut(args, Math.min(step.chunks ?? 1, args.length || 1))) {
      if (!(await next())) return
      delta({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
  }
  delta({}, step.finish ?? (step.tools?.length ? 'tool_calls' : 'stop'))
  const usage = { prompt_tokens: 10, completion_tokens: 5, ...step.usage }
  write({ ...base, choices: [], usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } })
  write('[DONE]')
  response.end()
}

/** The pieces of a step's text, each made when it is sent. */
function textPieces({ text = '', chunks = 1, stamp }: ScenarioStep): (() => string)[] {
  if (stamp) return Array.from({ length: chunks }, () => () => `[t=${(performance.timeOrigin + performance.now()).toFixed(3)}]`)
  if (!text) return []
  const whole = text.length < chunks ? text.repeat(Math.ceil(chunks / text.length)) : text
  return cut(whole, chunks).map((piece) => () => piece)
}

/** Cuts a text into n pieces of even length. */
function cut(text: string, n: number): string[] {
  const at = (i: number): number => Math.floor((i * text.length) / n)
  return Array.from({ length: n }, (_, i) => text.slice(at(i), at(i + 1)))
}
