/** One patch of a diff, or null for one that was longer than the limit. */
export type Patch = string | null

/**
 * Takes the output of `git diff --patch` apart while it comes, and keeps only patches within a limit.
 *
 * A patch starts with `diff --git `; no other line of a diff can start with it, because lines of files have a sign or a space before them.
 */
export class PatchSplitter {
  readonly patches: Patch[] = []
  /** Bytes kept. */
  keptBytes = 0
  /** Bytes seen. */
  seenBytes = 0
  readonly #limit: number
  #lines: Buffer[] = []
  #size = 0
  #rest: Buffer = Buffer.alloc(0)

  /** @param limit  bytes a patch may have */
  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    this.seenBytes += chunk.length
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      this.#line(data.subarray(0, end + 1))
      data = data.subarray(end + 1)
    }
    // Of a line without end no more is kept than what makes its patch too long.
    const room = this.#limit + 1
    if (data.length > room) {
      this.#size += data.length - room
      data = data.subarray(0, room)
    }
    this.#rest = Buffer.from(data)
  }

  /** Ends the last patch. Call it once, after all output; after an early stop leave it: what was under way is not whole. */
  end(): void {
    if (this.#rest.length > 0) this.#line(this.#rest)
    this.#finish()
  }

  #line(line: Buffer): void {
    if (line.subarray(0, 11).toString('latin1') === 'diff --git ') this.#finish()
    this.#size += line.length
    if (this.#size <= this.#limit) this.#lines.push(Buffer.from(line))
    else this.#lines = []
  }

  #finish(): void {
    if (this.#size === 0) return
    const whole = this.#size <= this.#limit
    this.patches.push(whole ? Buffer.concat(this.#lines).toString('utf8') : null)
    if (whole) this.keptBytes += this.#size
    this.#lines = []
    this.#size = 0
  }
}
