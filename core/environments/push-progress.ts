import { formatBytes } from '#core/base/quantity.ts'
import type { PullProgress } from '#core/runtimes/images.ts'
import type { PushProgress } from './cluster-image-types.ts'

/** The rate is that of so many last milliseconds. */
const WINDOW_MS = 5_000
/** A rate over less says nothing. */
const SETTLE_MS = 500
/** Whoever listens is told so often. */
const TELL_EVERY_MS = 250

/** Turns what an engine tells of a push into what a person wants to know, at most four times a second. */
export function pushMeter(tell: (progress: PushProgress) => void, now: () => number = Date.now) {
  let samples: { readonly at: number; readonly bytes: number }[] = [{ at: now(), bytes: 0 }]
  let told = 0
  return (progress: PullProgress): void => {
    const at = now()
    samples = [...samples.filter((sample) => at - sample.at <= WINDOW_MS), { at, bytes: progress.doneBytes }]
    const isEnd = progress.doneBytes === progress.totalBytes
    if (at - told < TELL_EVERY_MS && !isEnd) return
    told = at
    tell({ ...progress, secondsLeft: secondsLeft(samples, progress.totalBytes - progress.doneBytes) })
  }
}

function secondsLeft(samples: readonly { at: number; bytes: number }[], remaining: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (remaining <= 0) return 0
  if (first === undefined || last === undefined || last.at - first.at < SETTLE_MS) return null
  const moved = last.bytes - first.bytes
  return moved <= 0 ? null : (remaining * (last.at - first.at)) / moved / 1_000
}

/** The line of progress of a push: `pushing registry.example/minisub-env:1: 1.2 MB of 2.1 MB, 3 s left`. */
export function pushLine(name: string, { doneBytes, totalBytes, secondsLeft: left }: PushProgress): string {
  const rest = left === null || left === 0 ? '' : `, ${Math.ceil(left)} s left`
  return `pushing ${name}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rest}`
}
