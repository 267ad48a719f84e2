import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A text file that starts afresh when it has grown to `maxBytes`; older ones get `.1` (the latest) to `.<keep>`, the oldest is deleted.
 *
 * Written at once, so that a crash loses no line. The owner closes it. A write that fails (full disk, missing folder) is dropped and tried afresh
 * with the next line: a log must not stop the host. One process at a time writes a file.
 */
export class RotatingFile {
  readonly #path: string
  readonly #maxBytes: number
  readonly #keep: number
  #fd: number | null = null
  #size = 0
  #closed = false

  constructor(path: string, options: { maxBytes: number; keep: number }) {
    this.#path = path
    this.#maxBytes = options.maxBytes
    this.#keep = options.keep
  }

  write(text: string): void {
    if (this.#closed) return
    try {
      const bytes = Buffer.from(text)
      if (this.#fd === null) this.#open()
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate()
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd!, bytes, at)
      this.#size += bytes.length
    } catch {
      this.#release()
    }
  }

  close(): void {
    this.#closed = true
    this.#release()
  }

  #open(): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    this.#fd = openSync(this.#path, 'a', 0o600)
    this.#size = fstatSync(this.#fd).size
  }

  #rotate(): void {
    this.#release()
    rmSync(`${this.#path}.${this.#keep}`, { force: true })
    for (let age = this.#keep - 1; age >= 0; age -= 1) {
      try {
        renameSync(age === 0 ? this.#path : `${this.#path}.${age}`, `${this.#path}.${age + 1}`)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    this.#open()
  }

  #release(): void {
    if (this.#fd === null) return
    const fd = this.#fd
    this.#fd = null
    try {
      closeSync(fd)
    } catch {
      // Nothing more can be written through it either way.
    }
  }
}
