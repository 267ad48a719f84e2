import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerPlaces } from './places.ts'

/**
 * What the plugin is told about a directory, as a file that it reads before each command: the run and attempt that own it. The name is the start of the
 * SHA-256 of the directory's real path, and the plugin builds the same name.
 */
export interface TurnFiles {
  write(directory: string, turn: { runId: string; attemptId: string }): Promise<void>
  /** Takes a turn's file away, unless another turn has it by now. */
  remove(directory: string, attemptId: string): Promise<void>
  /** Whether the plugin works in this directory. It leaves a file when OpenCode loads it there. */
  isSeen(directory: string): Promise<boolean>
}

export function createTurnFiles(places: Pick<ServerPlaces, 'turns'>): TurnFiles {
  const fileOf = async (directory: string): Promise<string> => {
    const path = await realpath(directory).catch(() => directory)
    return join(places.turns, createHash('sha256').update(path).digest('hex').slice(0, 32))
  }
  return {
    async write(directory, { runId, attemptId }) {
      await writeFile(`${await fileOf(directory)}.json`, JSON.stringify({ runId, attemptId }), { mode: 0o600 })
    },
    async remove(directory, attemptId) {
      const file = `${await fileOf(directory)}.json`
      const text = await readFile(file, 'utf8').catch(() => '')
      if (text.includes(JSON.stringify(attemptId))) await rm(file, { force: true })
    },
    isSeen: async (directory) => existsSync(`${await fileOf(directory)}.seen`),
  }
}
