import type { TransferProgress } from './contract.ts'

/** How often a transfer tells of itself. */
const TELL_EVERY_MS = 300
/** The rate is that of so many last milliseconds. */
const WINDOW_MS = 5_000
/** Before this, a rate says nothing. */
const SETTLE_MS = 600

/** How many bytes had been moved at a time, in milliseconds of any clock. */
export type Sample = { readonly at: number; readonly bytes: number }

/** Seconds until so many bytes are moved at the rate of these samples, oldest first; null where they tell no rate. */
export function secondsLeft(samples: readonly Sample[], remaining: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (remaining <= 0) return 0
  if (first === undefined || last === undefined || last.at - first.at < SETTLE_MS) return null
  const moved = last.bytes - first.bytes
  return moved <= 0 ? null : (remaining * (last.at - first.at)) / moved / 1_000
}

/** One thing that is being moved. Bytes of a try that failed are taken back by the next one. */
export type Movement = {
  /** So many of its bytes have been moved by this try. */
  readonly at: (bytes: number) => void
  /** All of its bytes have been moved. */
  readonly done: (bytes: number) => void
}

export type Meter = {
  begin(): Movement
  /** Bytes that need not be moved, since they are there. */
  skip(bytes: number): void
  objectDone(): void
  /** Bytes of what was moved to its end. */
  readonly movedBytes: () => number
  /** Tells the last state where all went well, and tells no more. */
  close(outcome: 'done' | 'failed'): void
}

type Totals = { readonly bytes: number; readonly objects: number }

/** Counts a transfer, and tells `onProgress` a few times a second and at the end. Its timer keeps no process alive. */
export function openMeter(totals: Totals, onProgress: ((progress: TransferProgress) => void) | undefined): Meter {
  const counts: Counts = { moving: 0, moved: 0, skipped: 0, objects: 0 }
  let samples: readonly Sample[] = [{ at: performance.now(), bytes: 0 }]
  const tell = (): void => {
    const now = performance.now()
    samples = [...samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, bytes: counts.moving }]
    onProgress?.(progressOf(totals, counts, samples))
  }
  const timer = onProgress === undefined ? undefined : setInterval(tell, TELL_EVERY_MS).unref()
  return {
    begin: () => beginMovement(counts),
    skip: (bytes) => void (counts.skipped += bytes),
    objectDone: () => void (counts.objects += 1),
    movedBytes: () => counts.moved,
    close(outcome) {
      clearInterval(timer)
      if (outcome === 'done') tell()
    },
  }
}

type Counts = { moving: number; moved: number; skipped: number; objects: number }

function progressOf(totals: Totals, counts: Counts, samples: readonly Sample[]): TransferProgress {
  const doneBytes = counts.skipped + counts.moving
  // what is made when it is needed has a size only when it is done
  const totalBytes = Math.max(totals.bytes, doneBytes)
  return {
    doneBytes,
    totalBytes,
    doneObjects: counts.objects,
    totalObjects: totals.objects,
    secondsLeft: secondsLeft(samples, totalBytes - doneBytes),
  }
}

function beginMovement(counts: Counts): Movement {
  let reached = 0
  const at = (bytes: number): void => {
    counts.moving += bytes - reached
    reached = bytes
  }
  return {
    at,
    done(bytes) {
      at(bytes)
      counts.moved += bytes
    },
  }
}
