import { z } from 'zod'

/** A tool call of the model. `args` as a string is sent as it is, also when it is no JSON. */
const ToolCall = z.object({
  name: z.string(),
  args: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  id: z.string().optional(),
})

/**
 * What the model does with one request. Everything is optional; an empty step is an empty answer.
 *
 * - `text` in `chunks` pieces with `delayMs` between them; a text shorter than `chunks` is repeated. Arguments of tools are cut the same way, never repeated
 * - `stamp`: each piece is `[t=<epoch ms>]`, its send time, for measuring latency
 * - `reasoning`: said first; `tools`: called last
 * - `status`, `message`, `headers`, `body`: an HTTP error instead, with `times` only for the first so many attempts at this step
 * - `hang`: `"headers"` never answers, `true` sends headers and then nothing; `hangAfter`, `dropAfter`: stops, or cuts the line, after so many pieces
 * - `latencyMs`: waits first; `finish`: the finish reason; `usage`: token counts
 */
export const ScenarioStep = z.object({
  text: z.string().optional(),
  chunks: z.number().int().positive().optional(),
  delayMs: z.number().nonnegative().optional(),
  stamp: z.boolean().optional(),
  reasoning: z.string().optional(),
  tools: z.array(ToolCall).readonly().optional(),
  status: z.number().int().optional(),
  message: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  times: z.number().int().nonnegative().optional(),
  hang: z.union([z.literal('headers'), z.boolean()]).optional(),
  hangAfter: z.number().int().nonnegative().optional(),
  dropAfter: z.number().int().nonnegative().optional(),
  latencyMs: z.number().nonnegative().optional(),
  finish: z.string().optional(),
  usage: z.record(z.string(), z.number()).optional(),
})
export type ScenarioStep = z.infer<typeof ScenarioStep>

/** A scenario: step n answers the n-th model request of a turn. Past the last step the model says `done`. */
export const Scenario = z.object({
  steps: z.array(ScenarioStep).readonly(),
  /** Also answers requests without tools, which are the host's own (titles, summaries). */
  withoutTools: z.boolean().optional(),
})
export type Scenario = z.infer<typeof Scenario>

/** Scenarios by name, for prompts that say `@@fake:name`. */
export const NAMED_SCENARIOS: Readonly<Record<string, Scenario>> = {
  ok: { steps: [{ text: 'ok' }] },
  slow: { steps: [{ text: 'slow', chunks: 50, delayMs: 100 }] },
  write: { steps: [{ tools: [{ name: 'write', args: { filePath: 'fake.txt', content: 'written by fake\n' } }] }, { text: 'done' }] },
  bash: { steps: [{ tools: [{ name: 'bash', args: { command: 'sleep 60', description: 'sleep' } }] }, { text: 'done' }] },
  error400: { steps: [{ status: 400 }] },
  error500: { steps: [{ status: 500 }] },
  error429: { steps: [{ status: 429, headers: { 'retry-after': '1' } }] },
  flaky: { steps: [{ status: 500, times: 2, text: 'recovered' }] },
  hang: { steps: [{ hang: 'headers' }] },
  stall: { steps: [{ text: 'stalls after three chunks', chunks: 10, hangAfter: 3 }] },
  drop: { steps: [{ text: 'drops after three chunks', chunks: 10, dropAfter: 3 }] },
}

const MARK = '@@fake'

/** A message of a chat, as far as the model looks at it. */
export const ChatMessage = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish(),
})
export type ChatMessage = z.infer<typeof ChatMessage>

export const ChatRequest = z.object({
  model: z.string().optional(),
  messages: z.array(ChatMessage).default([]),
  tools: z.array(z.unknown()).optional(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

/** What to do with one request. `key` names the scenario: attempts at a step are counted by it. */
export interface Plan {
  readonly key: string
  readonly index: number
  readonly step: ScenarioStep
}

export interface Script {
  readonly named: Readonly<Record<string, Scenario>>
  /** Scenarios of whole prompts: a message that contains the prompt plays it. */
  readonly prompts: Readonly<Record<string, Scenario>>
}

/**
 * Decides what to do with a request: the newest user message that carries a scenario says it, and the number of answers since then says which step. As any model would, it does again what was interrupted.
 *
 * @throws Error  the scenario cannot be read, or has an unknown name
 */
export function planAnswer(request: ChatRequest, script: Script): Plan {
  const { messages } = request
  const auxiliary = !request.tools?.length
  for (let i = messages.length - 1; i >= 0; i--) {
    if (messages[i]!.role !== 'user') continue
    const found = findScenario(textOf(messages[i]!), script)
    if (!found) continue
    // A request of the host's own must not replay a failure.
    if (auxiliary && !found.scenario.withoutTools) break
    const index = stepsDone(messages.slice(i + 1))
    return { key: found.key, index, step: found.scenario.steps[index] ?? { text: 'done' } }
  }
  return { key: 'default', index: 0, step: { text: auxiliary ? 'Fake title' : 'ok' } }
}

/** What OpenCode tells the model of a tool call whose server died. */
const INTERRUPTED = '[Tool execution was interrupted]'

/** Counts the answers of a turn. One whose tool call was interrupted is given again: nobody knows how far it came. */
function stepsDone(messages: readonly ChatMessage[]): number {
  let done = 0
  let interrupted = false
  for (const message of messages) {
    if (message.role === 'assistant') {
      done += 1
      interrupted = false
    } else if (message.role === 'tool' && !interrupted && textOf(message).includes(INTERRUPTED)) {
      done -= 1
      interrupted = true
    }
  }
  return done
}

const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n')

/** Finds the scenario of a text: `@@fake {json}`, `@@fake:name`, or a known prompt (the longest one it contains). */
export function findScenario(text: string, script: Script): { key: string; scenario: Scenario } | null {
  const at = text.indexOf(MARK)
  if (at < 0) {
    const prompt = Object.keys(script.prompts)
      .filter((known) => text.includes(known))
      .sort((a, b) => b.length - a.length)[0]
    return prompt === undefined ? null : { key: prompt, scenario: script.prompts[prompt]! }
  }
  const rest = text.slice(at + MARK.length)
  const name = /^:([\w-]+)/.exec(rest)?.[1]
  if (name !== undefined) {
    if (!Object.hasOwn(script.named, name)) throw new Error(`unknown scenario ${name}`)
    return { key: name, scenario: script.named[name]! }
  }
  const json = leadingObject(rest.trimStart())
  return { key: json, scenario: Scenario.parse(JSON.parse(json)) }
}

/** The `{...}` that a text begins with: up to where the braces balance, those in strings left out. */
function leadingObject(text: string): string {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quoted) {
      if (character === '\\') i++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return text.slice(0, i + 1)
  }
  return text
}
