import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { findMarked, isAlive, processIdentity, run, startProcess } from '../../../src/main/platform/index.ts'
import { PS_FIELDS, parsePsLine, readProcess, readProcessTable } from '../../../src/main/platform/process-table.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createMark, runs, startScript } from './children.ts'

failOnLeftovers()

test('a child leads a group and session of its own and is told apart by its start time', async () => {
  const { child } = await startScript('echo ready; exec sleep 1000', createMark())
  const row = readProcess(child.pid)!
  expect({ group: row.group, session: row.session, parent: row.parent }).toEqual({
    group: child.pid,
    session: child.pid,
    parent: process.pid,
  })
  expect(child.identity).toEqual(processIdentity(child.pid))
  expect(child.identity.startTime).not.toBeNull()
  process.kill(child.pid, 'SIGKILL')
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' })
  expect([isAlive(child.identity), processIdentity(child.pid)]).toEqual([false, null])
})

test('the identity of a child that ends at once is still known', async () => {
  const child = startProcess({ command: 'true', args: [] })
  expect(child.identity.startTime).not.toBeNull()
  expect(await child.exited).toEqual({ code: 0, signal: null })
})

test('a start that fails is told by its exit', async () => {
  const missing = startProcess({ command: 'controlroom-no-such-command', args: [] })
  const impossible = startProcess({ command: 'true', args: ['\0'] })
  expect([missing.pid, impossible.pid, isAlive(missing.identity)]).toEqual([0, 0, false])
  expect((await missing.exited).error).toMatchObject({ code: 'ENOENT' })
  expect((await impossible.exited).error).toBeInstanceOf(Error)
})

test('stdin is closed unless it is asked for', async () => {
  expect((await run('cat', [])).stdout).toBe('')
  const cat = startProcess({ command: 'cat', args: [], stdin: 'pipe' })
  const chunks: string[] = []
  cat.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  cat.stdin!.end('written')
  await cat.exited
  await vi.waitFor(() => expect(chunks).toEqual(['written']), { timeout: 10_000 })
})

test('the environment is this one with changes', async () => {
  process.env.CONTROLROOM_KEPT = 'kept'
  process.env.CONTROLROOM_TAKEN = 'taken'
  const script = 'echo "$CONTROLROOM_KEPT,$CONTROLROOM_TAKEN,$CONTROLROOM_ADDED"'
  const { stdout } = await run('bash', ['-c', script], { env: { CONTROLROOM_TAKEN: undefined, CONTROLROOM_ADDED: 'added' } })
  delete process.env.CONTROLROOM_KEPT
  delete process.env.CONTROLROOM_TAKEN
  expect(stdout).toBe('kept,,added\n')
})

test('a command is run in its folder, and its exit code is no error', async () => {
  const folder = tempFolder()
  const result = await run('bash', ['-c', 'pwd; echo trouble >&2; exit 7'], { cwd: folder })
  expect(result).toEqual({ code: 7, stdout: `${realpathSync(folder)}\n`, stderr: 'trouble\n', truncated: false })
})

test('a command that is not there, or whose folder is not there, is refused with what to do', async () => {
  await expect(run('controlroom-no-such-command', [])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: '"controlroom-no-such-command" could not be started: check that it is installed and on the PATH.',
  })
  await expect(run('true', [], { cwd: '/no/such/folder' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('and that the folder /no/such/folder exists'),
  })
})

test('output beyond the limit is dropped without stopping the command', async () => {
  const result = await run('bash', ['-c', 'head -c 3000000 /dev/zero; echo done >&2'], { maxBytes: 1_000 })
  expect({ ...result, stdout: result.stdout.length }).toEqual({ code: 0, stdout: 1_000, stderr: 'done\n', truncated: true })
})

test('a command that runs out of time is ended with its children', async () => {
  const mark = createMark()
  const running = run('bash', ['-c', 'sleep 1000 & sleep 1000'], { timeoutMs: 100, env: { [mark.name]: mark.value } })
  await expect(running).rejects.toMatchObject({ code: 'INTERNAL', message: '"bash" did not end within 0.1 s and was stopped.' })
  expect(findMarked(mark)).toEqual([])
})

test('an abort ends the command and rejects with its reason', async () => {
  const mark = createMark()
  const abort = new AbortController()
  const running = run('sleep', ['1000'], { signal: abort.signal, env: { [mark.name]: mark.value } })
  await vi.waitFor(() => expect(findMarked(mark)).toHaveLength(1), { timeout: 10_000 })
  abort.abort(new Error('no longer needed'))
  await expect(running).rejects.toThrow('no longer needed')
  expect(findMarked(mark)).toEqual([])
  await expect(run('true', [], { signal: abort.signal })).rejects.toThrow('no longer needed')
})

test('a daemon that holds the output open does not keep the command from returning', async () => {
  const mark = createMark()
  const result = await run('bash', ['-c', 'sleep 1000 & echo $!'], { env: { [mark.name]: mark.value } })
  expect(result.code).toBe(0)
  expect(runs(Number(result.stdout))).toBe(true)
})

test('the process table has this process and agrees with ps', () => {
  const own = readProcessTable().find((row) => row.pid === process.pid)!
  const line = execFileSync('ps', [...PS_FIELDS, '-p', String(process.pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  const fromPs = parsePsLine(line.trimEnd())!
  expect(own).toMatchObject({ parent: process.ppid, zombie: false })
  expect([fromPs.pid, fromPs.parent, fromPs.group, fromPs.zombie]).toEqual([own.pid, own.parent, own.group, own.zombie])
  expect(Number.isNaN(Date.parse(fromPs.startTime!))).toBe(false)
})
