import { readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { type Clock, killTree, type Logger } from '../platform/index.ts'
import { SERVER_MARK } from './environment.ts'

/**
 * What is known of a started server, on disk from its first moments until it is proved gone.
 *
 * The start time tells it from a stranger that got its pid later.
 */
const ServerRecord = z.object({
  pid: z.number().int().positive(),
  startTime: z.string().nullable(),
  serverId: z.string().regex(/^[a-z0-9]+$/),
  tmp: z.string(),
})
export type ServerRecord = z.infer<typeof ServerRecord>

export const writeRecord = (file: string, record: ServerRecord): Promise<void> =>
  writeFileAtomic(file, JSON.stringify(record), { mode: 0o600 })

/**
 * Ends the server of a host that died before it could, with everything that server started, and deletes its temporary files.
 *
 * @returns whether anything was still running. Safe to call when there is no record, or a broken one.
 */
export async function reapRecorded(file: string, deps: { clock: Clock; logger: Logger }): Promise<boolean> {
  const record = await readRecord(file)
  if (!record) {
    await rm(file, { force: true })
    return false
  }
  const { pid, startTime, serverId, tmp } = record
  const { how, survivors } = await killTree(
    { identity: { pid, startTime }, marker: { name: SERVER_MARK, value: serverId } },
    { clock: deps.clock, graceMs: 2_000 },
  )
  if (survivors.length > 0) deps.logger.error({ survivors }, 'Processes of an earlier OpenCode server could not be ended.')
  else if (how !== 'gone') deps.logger.warn({ pid, how }, 'An OpenCode server left by an earlier host was ended.')
  // Only a folder of the name that this app gives: the record is a file that anyone could have changed.
  if (dirname(tmp) === dirname(file) && basename(tmp) === `tmp-${serverId}`)
    await rm(join(dirname(file), basename(tmp)), { recursive: true, force: true })
  await rm(file, { force: true })
  return how !== 'gone'
}

async function readRecord(file: string): Promise<ServerRecord | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return ServerRecord.parse(JSON.parse(text))
  } catch {
    return null
  }
}
