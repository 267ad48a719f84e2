import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLogger, dataPaths, silentLogger } from '../../../src/main/platform/index.ts'
import { redactJson, redactText } from '../../../src/main/platform/redact.ts'
import { RotatingFile } from '../../../src/main/platform/rotating-file.ts'
import { tempFolder } from '../../support/temp.ts'

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('a line is in the file as soon as it is logged', () => {
  const dataDir = tempFolder()
  const { logger } = createLogger({ dataDir })
  logger.child({ runId: 'r1' }).info({ attempt: 2 }, 'Attempt started.')
  logger.debug('Not at this level.')
  const path = join(dataPaths(dataDir).logs, 'host.log')
  expect(linesOf(path)).toMatchObject([{ level: 30, pid: process.pid, runId: 'r1', attempt: 2, msg: 'Attempt started.' }])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('what is logged after the close is dropped', async () => {
  const dataDir = tempFolder()
  const { logger, close } = createLogger({ dataDir, name: 'worker', level: 'debug' })
  logger.debug('before')
  await close()
  logger.info('after')
  expect(linesOf(join(dataPaths(dataDir).logs, 'worker.log')).map((line) => line.msg)).toEqual(['before'])
})

test('an error is logged with its message and stack, as err or error', () => {
  const dataDir = tempFolder()
  const { logger } = createLogger({ dataDir })
  logger.warn({ err: new Error('first') }, 'One.')
  logger.warn({ error: new Error('second', { cause: new Error('why') }) }, 'Two.')
  logger.warn({ error: 'only a text' }, 'Three.')
  const lines = linesOf(join(dataPaths(dataDir).logs, 'host.log'))
  expect(lines).toMatchObject([
    { err: { message: 'first', stack: expect.stringContaining('logger.test.ts') } },
    { error: { message: 'second: why', stack: expect.stringContaining('logger.test.ts') } },
    { error: 'only a text' },
  ])
})

test('no secret reaches the file, wherever it stands', async () => {
  const dataDir = tempFolder()
  const log = createLogger({ dataDir })
  log.hide('correct horse battery')
  const deep = { a: { b: { c: { leaseToken: 's3cret-1', env: { ANTHROPIC_API_KEY: 's3cret-2' } } } } }
  log.logger.child({ password: 's3cret-3' }).info({ deep, headers: { authorization: ['Bearer s3cret-4'], cookie: 's3cret-5' } }, 'Request.')
  log.logger.error({ err: new Error('GET http://user:s3cret-6@127.0.0.1/#token=s3cret-7 failed') }, 'Server said {"token":"s3cret-8"}')
  log.logger.info({ prompt: 'my database has password s3cret-9' }, 'Authorization: Bearer s3cret-10-and-more')
  log.logger.info({ credentials: { user: 's3cret-11' } }, 'The pass phrase is correct horse battery.')
  log.logger.info('%s and %s', 'sk-ant-s3cret-12-aaaaaaaaaaaa', 'ghp_s3cret12aaaaaaaaaaaa')
  await log.close()
  const text = readFileSync(join(dataPaths(dataDir).logs, 'host.log'), 'utf8')
  expect(text.match(/s3cret[\w-]*|correct horse/g)).toBeNull()
  expect(text.split('\n').filter(Boolean)).toHaveLength(5)
})

test('what only looks like a secret stays readable', () => {
  const usage = { tokens: { input: 12, output: 34 }, maxTokens: 5, hasToken: true, token: null, limitKey: 'p1/anthropic' }
  expect(redactJson(usage)).toEqual(usage)
  const url = 'http://127.0.0.1:4096/session?directory=/a/b'
  expect(redactText(`${url} answered after 12 s; the basic plan has tokens left`)).toBe(
    `${url} answered after 12 s; the basic plan has tokens left`,
  )
})

test('secrets in texts are taken out and the rest stays', () => {
  expect(redactText('GET /x?token=abc123&page=2 with Bearer abcdefgh12345678')).toBe('GET /x?token=[hidden]&page=2 with Bearer [hidden]')
  expect(redactText('DB_PASSWORD=hunter22 psql postgres://me:hunter22@db/x')).toBe('DB_PASSWORD=[hidden] psql postgres://me:[hidden]@db/x')
  expect(redactText('it said "{\\"apiKey\\":\\"abcdef\\"}"')).toBe('it said "{\\"apiKey\\":\\"[hidden]\\"}"')
})

test('a full file makes room for a new one and the oldest is deleted', () => {
  const path = join(tempFolder(), 'logs', 'host.log')
  const file = new RotatingFile(path, { maxBytes: 100, keep: 2 })
  for (let n = 0; n < 40; n += 1) file.write(`line ${String(n).padStart(4, '0')}\n`)
  file.close()
  const texts = ['host.log.2', 'host.log.1', 'host.log'].map((name) => readFileSync(join(path, '..', name), 'utf8'))
  expect(readdirSync(join(path, '..')).sort()).toEqual(['host.log', 'host.log.1', 'host.log.2'])
  expect(texts.map((text) => text.length)).toEqual([100, 100, 100])
  expect(texts.join('')).toBe(Array.from({ length: 30 }, (_, n) => `line ${String(n + 10).padStart(4, '0')}\n`).join(''))
})

test('a file that was left by an earlier start is continued', () => {
  const path = join(tempFolder(), 'host.log')
  writeFileSync(path, 'x'.repeat(95))
  const file = new RotatingFile(path, { maxBytes: 100, keep: 1 })
  file.write('four')
  file.write('more than is left')
  file.close()
  expect([readFileSync(`${path}.1`, 'utf8').length, readFileSync(path, 'utf8')]).toEqual([99, 'more than is left'])
})

test('a folder that is missing, or in the way, stops nothing, and logging goes on when it is there again', () => {
  const folder = join(tempFolder(), 'logs')
  writeFileSync(folder, 'a file where the folder should be')
  const file = new RotatingFile(join(folder, 'host.log'), { maxBytes: 100, keep: 1 })
  file.write('lost\n')
  rmSync(folder)
  file.write('kept\n')
  file.close()
  expect(readFileSync(join(folder, 'host.log'), 'utf8')).toBe('kept\n')
})

test('the silent logger says nothing and has children', () => {
  expect(() => silentLogger.child({ runId: 'r1' }).error(new Error('unheard'), 'Nothing.')).not.toThrow()
})
