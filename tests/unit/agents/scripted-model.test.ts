import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ScriptedModel, startScriptedModel } from '../../../src/main/demo/scripted-model.ts'

let model: ScriptedModel
beforeEach(async () => {
  model = await startScriptedModel({
    prompts: { 'Mend the roof': { steps: [{ text: 'mended' }] }, 'Mend the roof twice': { steps: [{ text: 'mended twice' }] } },
  })
})
afterEach(() => model.close())

const user = (content: string) => ({ role: 'user', content })
const assistant = { role: 'assistant', content: 'x' }
const ask = (messages: object[], options: { tools?: object[]; session?: string } = {}) =>
  fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-session-id': options.session ?? 'ses_1' },
    body: JSON.stringify({ model: 'fake', stream: true, messages, tools: options.tools ?? [{ type: 'function' }] }),
  })
/** The text, tool calls and finish reason of a streamed answer. */
async function read(answer: Response) {
  const chunks = (await answer.text())
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map(
      (line) =>
        JSON.parse(line.slice(6)) as {
          choices: { delta: { content?: string; tool_calls?: { function: { arguments: string } }[] }; finish_reason: string | null }[]
        },
    )
  const deltas = chunks.flatMap(({ choices }) => choices)
  return {
    text: deltas.map(({ delta }) => delta.content ?? '').join(''),
    pieces: deltas.filter(({ delta }) => delta.content).length,
    args: deltas
      .flatMap(({ delta }) => delta.tool_calls ?? [])
      .map((call) => call.function.arguments)
      .join(''),
    finish: deltas.at(-1)?.finish_reason,
  }
}
const say = async (...messages: object[]) => read(await ask(messages))

test('a step answers each request of a turn, and past the last one it is done', async () => {
  const prompt = user('@@fake {"steps":[{"tools":[{"name":"write","args":{"filePath":"a{}"}}]},{"text":"written"}]}')
  expect(await say(prompt)).toMatchObject({ text: '', args: '{"filePath":"a{}"}', finish: 'tool_calls' })
  expect(await say(prompt, assistant)).toMatchObject({ text: 'written', finish: 'stop' })
  expect(await say(prompt, assistant, assistant)).toMatchObject({ text: 'done' })
})

test('the newest message with a scenario decides, and one without changes nothing', async () => {
  const first = user('@@fake {"steps":[{"text":"one"},{"text":"two"}]}')
  expect(await say(first, assistant, user('go on'))).toMatchObject({ text: 'two' })
  expect(await say(first, assistant, user('and @@fake:ok'))).toMatchObject({ text: 'ok' })
  expect(await say(user('hello'))).toMatchObject({ text: 'ok' })
})

test('a step whose tool call was interrupted is done again, once for all of its calls', async () => {
  const prompt = user('@@fake {"steps":[{"text":"one"},{"text":"two"}]}')
  const interrupted = { role: 'tool', content: '[Tool execution was interrupted]' }
  const finished = { role: 'tool', content: 'written' }
  expect(await say(prompt, assistant, interrupted, user('go on'))).toMatchObject({ text: 'one' })
  expect(await say(prompt, assistant, finished, interrupted, interrupted, user('go on'))).toMatchObject({ text: 'one' })
  expect(await say(prompt, assistant, interrupted, user('go on'), assistant, finished)).toMatchObject({ text: 'two' })
  expect(await say(prompt, assistant, finished)).toMatchObject({ text: 'two' })
})

test('a known prompt plays its scenario, the longest that fits', async () => {
  expect(await say(user('Please: Mend the roof.'))).toMatchObject({ text: 'mended' })
  expect(await say(user('Mend the roof twice'))).toMatchObject({ text: 'mended twice' })
})

test('a text is cut into the pieces that were asked for', async () => {
  expect(await say(user('@@fake {"steps":[{"text":"abcdef","chunks":3}]}'))).toMatchObject({ text: 'abcdef', pieces: 3 })
  expect(await say(user('@@fake {"steps":[{"text":"ab","chunks":5}]}'))).toMatchObject({ text: 'ababab', pieces: 5 })
})

test('failures are counted for each session', async () => {
  const prompt = [user('@@fake {"steps":[{"status":503,"times":1,"headers":{"retry-after":"7"},"text":"better"}]}')]
  const failed = await ask(prompt, { session: 'a' })
  expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '7'])
  expect((await ask(prompt, { session: 'b' })).status).toBe(503)
  expect(await read(await ask(prompt, { session: 'a' }))).toMatchObject({ text: 'better' })
  model.reset()
  expect((await ask(prompt, { session: 'a' })).status).toBe(503)
})

test('a request without tools is the host’s own and plays no failure', async () => {
  const answer = await ask([user('@@fake:error500')], { tools: [] })
  expect(await read(answer)).toMatchObject({ text: 'Fake title' })
})

test('a dropped line breaks off, and a caller that hangs up is seen', async () => {
  await expect(ask([user('@@fake:drop')]).then((answer) => answer.text())).rejects.toThrow()
  const controller = new AbortController()
  const hanging = fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages: [user('@@fake:hang')], tools: [{}] }),
    signal: controller.signal,
  })
  await expect.poll(() => model.requests.length).toBe(2)
  controller.abort()
  await expect(hanging).rejects.toThrow()
  await expect.poll(() => model.requests[1]!.outcome).toBe('closed early')
})

test.each([['@@fake:nonsense'], ['@@fake {"steps":'], ['@@fake {"steps":[{"text":1}]}']])('%s is refused with a reason', async (prompt) => {
  const answer = await ask([user(prompt)])
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('scripted model: ') } })
})

test('what was asked can be looked at', async () => {
  await (await ask([user('hello')])).text()
  await expect
    .poll(async () => (await fetch(`${model.origin}/_fake/requests`)).json())
    .toMatchObject([{ n: 0, session: 'ses_1', outcome: 'finished', messages: 1, tools: 1 }])
})
