import { closeSync, fchmodSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** A file that has this size begins anew, in bytes. */
const LARGEST = 10_000_000

/** A file of lines that does not grow beyond its limit: the older half of it is `<file>.1`. */
export type LineFile = Disposable & {
  /**
   * Adds a line, which ends with a newline, before it returns. A line that cannot be written, as on a full disk, is
   * dropped: what is logged goes on. The next one that can be says how many were. After the end nothing is written.
   */
  write(line: string): void
}

/** Opens a file for its owner alone. Throws where it cannot be opened at first. */
export function openLineFile(file: string, largest = LARGEST): LineFile {
  let open: { readonly fd: number; size: number } | undefined = openToAppend(file)
  let dropped = 0
  let isOver = false
  const append = (text: string): void => {
    open ??= openToAppend(file)
    const bytes = Buffer.from(text)
    if (open.size > 0 && open.size + bytes.length > largest) {
      closeSync(open.fd)
      open = undefined
      renameSync(file, `${file}.1`)
      open = openToAppend(file)
    }
    for (let done = 0; done < bytes.length;) {
      const written = writeSync(open.fd, bytes, done)
      done += written
      open.size += written
    }
  }
  return {
    write: (line) => {
      if (isOver) return
      try {
        if (dropped > 0) append(`${JSON.stringify({ time: new Date().toISOString(), dropped })}\n`)
        dropped = 0
        append(line)
      } catch (error) {
        if (!isSystemFault(error)) throw error
        dropped += 1
      }
    },
    [Symbol.dispose]: () => {
      isOver = true
      if (open !== undefined) closeSync(open.fd)
      open = undefined
    },
  }
}

function openToAppend(file: string): { readonly fd: number; size: number } {
  const fd = openSync(file, 'a', 0o600)
  fchmodSync(fd, 0o600)
  return { fd, size: fstatSync(fd).size }
}

function isSystemFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
