import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { writeError } from '#core/files/index.ts'
import { encodeLine, logPath, recoverOffsets } from './log-file.ts'
import type { RunnerRecord } from './records.ts'
import { appendSample, readSamples } from './samples.ts'
import { openTrackedLines, type TrackedLines } from './tracked-lines.ts'

const FLUSH_CHARACTERS = 256 * 2 ** 10

/**
 * Writes the records of a runner into the log, the samples and the tracked lines of a part's folder. However often they come again from
 * the first one, after a broken stream or in a later core, each is written once: the log itself says how many
 * records are in it.
 */
export class LogWriter {
  readonly #folder: string
  #file: number | undefined
  /** Records of the stream that is read now, and those that the log holds already. */
  #seen = 0
  #kept: number
  #lastSample: number
  #pending = ''
  readonly #tracked: TrackedLines

  constructor(folder: string) {
    this.#folder = folder
    this.#kept = recoverOffsets(folder)[0]
    this.#lastSample = readSamples(folder).at(-1)?.time ?? 0
    this.#tracked = openTrackedLines(folder)
  }

  /** The stream begins again with the first record. What was not written yet is forgotten, it comes again. */
  rewind(): void {
    this.#seen = 0
    this.#pending = ''
  }

  /** Takes the next record. Throws Problem `disk_full`. */
  take(record: RunnerRecord): void {
    this.#seen += 1
    if (record.kind === 'line' && this.#seen > this.#kept) {
      const { time, stream, text } = record
      this.#pending += encodeLine({ time, stream, late: false, text }, [this.#seen, 0])
      if (this.#pending.length >= FLUSH_CHARACTERS) this.flush()
    } else if (record.kind === 'sample' && record.time > this.#lastSample) {
      this.#lastSample = record.time
      this.#write(() => appendSample(this.#folder, record))
    } else if (record.kind === 'tracking') {
      this.#tracked.take(record.line)
    }
  }

  /** Writes what is pending: whole lines, or nothing. Throws Problem `disk_full`. */
  flush(): void {
    if (this.#pending === '') return
    this.#write(() => this.#append(Buffer.from(this.#pending)))
    this.#pending = ''
    this.#kept = Math.max(this.#kept, this.#seen)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#tracked.close()
  }

  #append(bytes: Buffer): void {
    this.#file ??= openSync(logPath(this.#folder), 'a', 0o600)
    const { size } = fstatSync(this.#file)
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done)
    } catch (error) {
      ftruncateSync(this.#file, size)
      throw error
    }
  }

  #write(action: () => void): void {
    try {
      action()
    } catch (error) {
      throw writeError(error, this.#folder)
    }
  }
}
