import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { Problem } from '#core/base/problem.ts'

/** Bytes that it may have: what is in it is done in one go, which must hold nobody up. */
const MOST_BYTES = 32_768
/** Bytes of a line beside its text: eight digits, a space, a line break. */
const EXTRA = 10

/**
 * A file of what was acknowledged and is not yet in the database, a line each: its CRC-32, and a text without line breaks.
 * A line survives a kill of the process as a commit does, and costs a hundredth of one.
 */
export type AcceptedLog = Disposable & {
  /** What the process before had when this one opened the file. */
  readonly left: readonly string[]
  /** Adds a line. False where it is full, or cannot be written: who wants it kept must do it otherwise. */
  keep(text: string): boolean
  /** Forgets all lines; costs nothing where there are none. */
  clear(): void
}

/** Opens the file, and makes it where there is none. Throws Problem `home_unwritable`. */
export function openAcceptedLog(file: string): AcceptedLog {
  const fd = openFile(file)
  const left = readLines(fd)
  let size = left.reduce((sum, text) => sum + Buffer.byteLength(lineOf(text)), 0)
  ftruncateSync(fd, size)
  const line = Buffer.allocUnsafe(MOST_BYTES)
  let [isGood, isOpen] = [true, true]
  return {
    left,
    keep(text) {
      // Behind half a line nothing is found again.
      isGood ||= isOpen && done(() => ftruncateSync(fd, size))
      if (!isGood) return false
      const most = 3 * text.length + EXTRA
      if (size + most > MOST_BYTES) return false
      const length = line.write(lineOf(text))
      isGood = done(() => writeSync(fd, line, 0, length, size) === length)
      if (isGood) size += length
      return isGood
    },
    clear() {
      if (size === 0 && isGood) return
      isGood = done(() => ftruncateSync(fd, 0))
      if (isGood) size = 0
    },
    [Symbol.dispose]: () => {
      isOpen = isGood = false
      closeSync(fd)
    },
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  } catch (cause) {
    const message = `${file} cannot be written: make it a file that you may read and write, or take it away`
    throw new Problem('home_unwritable', message, { cause })
  }
}

function lineOf(text: string): string {
  return `${sumOf(text)} ${text}\n`
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

/** The lines up to the first that is not whole: it was being written when the process was killed, or the power went. */
function readLines(fd: number): readonly string[] {
  const bytes = Buffer.alloc(fstatSync(fd).size)
  const lines = bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0)).split('\n')
  const texts = lines.map((line) => line.slice(EXTRA - 1))
  // What stands behind the last line break is none.
  return texts.slice(
    0,
    texts.findIndex((text, index) => `${lines[index]}\n` !== lineOf(text)),
  )
}

/** A disk that refuses is no fault here: the caller has another way, which tells of it. */
function done(write: () => unknown): boolean {
  try {
    return write() !== false
  } catch {
    return false
  }
}
