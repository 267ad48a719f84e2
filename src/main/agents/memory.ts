import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { run } from '../platform/index.ts'

/** How much memory the OpenCode server may hold, in bytes. It grows with every directory that was used. */
export interface MemoryLimits {
  /** Above this it is ended as soon as no agent is at work; the next turn starts another. */
  readonly soft: number
  /** Above this it is ended at once, and the turns under way go on with the next one. */
  readonly hard: number
}

const GIB = 2 ** 30

export const defaultMemoryLimits = (total = totalmem()): MemoryLimits => ({
  soft: Math.min(4 * GIB, total * 0.4),
  hard: Math.min(8 * GIB, total * 0.6),
})

/** The resident memory of a process in bytes; null when it cannot be known, as on Windows. */
export async function residentBytes(pid: number): Promise<number | null> {
  if (process.platform === 'win32') return null
  const kilobytes = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid)
  return kilobytes === null || Number.isNaN(kilobytes) ? null : kilobytes * 1024
}

async function fromProc(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return found === undefined ? null : Number(found)
}

async function fromPs(pid: number): Promise<number | null> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)], { timeoutMs: 5_000 })
  return stdout.trim() ? Number(stdout.trim()) : null
}
