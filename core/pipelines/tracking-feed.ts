import { closeSync, fstatSync, readSync } from 'node:fs'
import { openIfThere, readTrackingLine, trackedPath } from '#core/attempts/index.ts'
import type { TrackingLine } from '#core/contract/tracking-line.ts'

const LOOK_MS = 300
const PIECE_BYTES = 4 * 2 ** 20
const NEWLINE = 0x0a

/** Hands on the lines of one attempt that come to its control folder. */
export type TrackingFeed = {
  /** Hands on all that is there by now, and looks no more. Rejects with what `take` rejects with. */
  finish(): Promise<void>
  /** Looks no more. */
  stop(): void
}

export type FeedOptions = {
  /** The control folder of the attempt. */
  readonly folder: string
  readonly take: (lines: readonly TrackingLine[]) => Promise<void>
  /** Aborted when nothing is looked for any more. */
  readonly signal?: AbortSignal
  /** A line is tried again where it could not be handed on. */
  readonly onError: (error: unknown) => void
}

/** Looks for new lines now and then until it is stopped. Each is handed on once, in order, a batch after the other. */
export function openTrackingFeed({ folder, take, signal, onError }: FeedOptions): TrackingFeed {
  let from = 0
  let last = Promise.resolve()
  const pass = async (): Promise<void> => {
    for (;;) {
      const { lines, next } = readLines(trackedPath(folder), from)
      if (next === from) return
      if (lines.length > 0) await take(lines)
      from = next
    }
  }
  const inTurn = (): Promise<void> => {
    const next = last.then(pass)
    last = next.catch(() => undefined)
    return next
  }
  let isIdle = true
  const timer = setInterval(() => {
    if (signal?.aborted === true) return clearInterval(timer)
    if (!isIdle) return
    isIdle = false
    inTurn()
      .catch(onError)
      .finally(() => (isIdle = true))
  }, LOOK_MS).unref()
  return {
    stop: () => clearInterval(timer),
    finish() {
      clearInterval(timer)
      return inTurn()
    },
  }
}

/** Whole lines from a byte offset on, some megabytes of them, and where they end. */
function readLines(path: string, from: number): { readonly lines: TrackingLine[]; readonly next: number } {
  const file = openIfThere(path, 'r')
  if (file === undefined) return { lines: [], next: from }
  try {
    const rest = fstatSync(file).size - from
    if (rest <= 0) return { lines: [], next: from }
    const bytes = Buffer.allocUnsafe(Math.min(rest, PIECE_BYTES))
    const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
    const end = read.lastIndexOf(NEWLINE) + 1
    const texts = read.toString('utf8', 0, end).split('\n').slice(0, -1)
    return { lines: texts.flatMap((text) => readTrackingLine(text) ?? []), next: from + end }
  } finally {
    closeSync(file)
  }
}
