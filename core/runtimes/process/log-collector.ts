import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { cutLine, encodeLine, logPath, openIfThere, recoverOffsets, STREAMS, type Hide } from '../../attempts/index.ts'

const CHUNK_BYTES = 256 * 2 ** 10
/** So many lines are merged in one turn of the event loop: a few milliseconds. */
const LINES_A_TURN = 4096

const asItIs: Hide = (text) => text

/** One of the two raw files: how far it is merged, how large it was when last looked at, up to where it is late. */
type Raw = { readonly path: string; readonly file: number; merged: number; seen: number; readonly lateUntil: number }

/** Merges what a command writes into its two raw files into one log, while it runs and at its end. */
export class LogCollector {
  readonly #folder: string
  readonly #raws: readonly [Raw, Raw]
  readonly #hide: Hide
  #log: number | undefined
  #draining: Promise<void> | undefined
  #closed = false

  private constructor(folder: string, raws: readonly [Raw, Raw], hide: Hide) {
    this.#folder = folder
    this.#raws = raws
    this.#hide = hide
  }

  /** For a command that is about to start: makes the raw files. */
  static create(folder: string, hide: Hide = asItIs): LogCollector {
    const make = (stream: string): Raw => {
      const path = join(folder, stream)
      return { path, file: openSync(path, 'a+', 0o600), merged: 0, seen: 0, lateUntil: 0 }
    }
    return new LogCollector(folder, [make(STREAMS[0]), make(STREAMS[1])], hide)
  }

  /** For a command of an earlier core: goes on where the log ends. Undefined where all is merged already. */
  static resume(folder: string, hide: Hide = asItIs): LogCollector | undefined {
    if (!hasRawLogs(folder)) return undefined
    const offsets = recoverOffsets(folder)
    const take = (index: 0 | 1): Raw => {
      const path = join(folder, STREAMS[index])
      const file = openSync(path, 'a+', 0o600)
      return { path, file, merged: offsets[index], seen: offsets[index], lateUntil: fstatSync(file).size }
    }
    return new LogCollector(folder, [take(0), take(1)], hide)
  }

  /** Descriptors that a command writes to, open for appending. */
  get files(): { readonly stdout: number; readonly stderr: number } {
    return { stdout: this.#raws[0].file, stderr: this.#raws[1].file }
  }

  /** Starts to merge what is new. A failure (a full disk) is told by `finish`: until then the raw files hold the lines. */
  poll(): void {
    if (this.#closed || this.#draining !== undefined || !this.#raws.some(hasGrown)) return
    this.#draining = this.#drainQuietly()
  }

  /** Merges the rest of an ended command, a last line without newline included, and deletes the raw files. */
  async finish(): Promise<void> {
    await this.#draining
    try {
      if (this.#raws.some((raw) => fstatSync(raw.file).size > raw.merged)) await this.#drain(true)
      for (const raw of this.#raws) unlinkSync(raw.path)
    } finally {
      this.#closeFiles()
    }
  }

  /** Stops merging; the raw files stay for a later core. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    this.#closeFiles()
  }

  #closeFiles(): void {
    this.#closed = true
    for (const raw of this.#raws) closeSync(raw.file)
    if (this.#log !== undefined) closeSync(this.#log)
  }

  async #drainQuietly(): Promise<void> {
    await Promise.allSettled([this.#drain(false)])
    this.#draining = undefined
  }

  async #drain(final: boolean): Promise<void> {
    for (;;) {
      // both streams in turn, so that a flood on one does not hold up the other
      const first = this.#merge(0, final)
      const second = this.#merge(1, final)
      if ((!first && !second) || (this.#closed && !final)) return
      await nextTurn()
    }
  }

  /** Merges at most one chunk of one stream; true where it got further. */
  #merge(index: 0 | 1, final: boolean): boolean {
    const raw = this.#raws[index]
    raw.seen = fstatSync(raw.file).size
    if (raw.seen <= raw.merged) return false
    const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, raw.seen - raw.merged))
    const length = readSync(raw.file, bytes, 0, bytes.length, raw.merged)
    const isLast = final && raw.merged + length >= raw.seen
    const { text, consumed } = this.#encode(bytes.subarray(0, length), { index, isLast })
    if (consumed === 0) return false
    this.#append(text)
    raw.merged += consumed
    return true
  }

  #encode(bytes: Buffer, { index, isLast }: { index: 0 | 1; isLast: boolean }): { text: string; consumed: number } {
    const raw = this.#raws[index]
    const time = Date.now()
    let text = ''
    let start = 0
    for (let count = 0; count < LINES_A_TURN && start < bytes.length; count += 1) {
      const cut = cutLine(bytes, start, isLast)
      if (cut === undefined) break
      const at = raw.merged + cut.next
      const read = index === 0 ? ([at, this.#raws[1].merged] as const) : ([this.#raws[0].merged, at] as const)
      const line = this.#hide(bytes.toString('utf8', start, cut.end))
      text += encodeLine({ time, stream: STREAMS[index], late: at <= raw.lateUntil, text: line }, read)
      start = cut.next
    }
    return { text, consumed: start }
  }

  /** Appends whole lines, or nothing: what a full disk leaves of them is cut off again. */
  #append(text: string): void {
    this.#log ??= openSync(logPath(this.#folder), 'a', 0o600)
    const { size } = fstatSync(this.#log)
    const bytes = Buffer.from(text)
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#log, bytes, done)
    } catch (error) {
      ftruncateSync(this.#log, size)
      throw error
    }
  }
}

/** Whether a part's folder holds output that is not merged yet, or may still get some. */
export function hasRawLogs(folder: string): boolean {
  return STREAMS.some((stream) => existsSync(join(folder, stream)))
}

/** Deletes the raw files of a command that never began. */
export function dropRawLogs(folder: string): void {
  for (const stream of STREAMS) {
    const path = join(folder, stream)
    const file = openIfThere(path, 'r')
    if (file === undefined) continue
    closeSync(file)
    unlinkSync(path)
  }
}

function hasGrown(raw: Raw): boolean {
  return fstatSync(raw.file).size > raw.seen
}
