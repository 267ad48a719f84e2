import { readFileSync, rmSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { dataPaths, isAlive } from '../platform/index.ts'

/** Where the host of a data folder is reached, and with which token. `startTime` is the kernel's, and guards against a pid used again. */
export const InstanceRecord = z.object({
  pid: z.number().int().positive(),
  startTime: z.string().nullable(),
  instanceId: z.string(),
  url: z.url(),
  token: z.string().min(1),
})
export type InstanceRecord = z.infer<typeof InstanceRecord>

/** Writes `instance.json`, readable by this user only: it holds the token. */
export async function writeInstance(dataDir: string, record: InstanceRecord): Promise<void> {
  await writeFileAtomic(dataPaths(dataDir).instanceFile, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
}

/** The host that runs on this data folder, or null: none was started, or it is gone. */
export function readInstance(dataDir: string): InstanceRecord | null {
  const record = readRecord(dataDir)
  return record !== null && isAlive({ pid: record.pid, startTime: record.startTime }) ? record : null
}

/** Takes the file away, unless another host has written its own by now. */
export function removeInstance(dataDir: string, instanceId: string): void {
  if (readRecord(dataDir)?.instanceId === instanceId) rmSync(dataPaths(dataDir).instanceFile, { force: true })
}

function readRecord(dataDir: string): InstanceRecord | null {
  try {
    return InstanceRecord.parse(JSON.parse(readFileSync(dataPaths(dataDir).instanceFile, 'utf8')))
  } catch {
    return null
  }
}
