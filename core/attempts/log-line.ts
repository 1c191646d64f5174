/** One line of an attempt's log. */
export type LogLine = {
  /** Epoch milliseconds at which the line was read. */
  readonly time: number
  readonly stream: 'stdout' | 'stderr'
  /** True when nobody was reading for a while (the core was down), so `time` may be much later than the writing. */
  readonly late: boolean
  readonly text: string
}

/** A piece of a log: `next` is where to read on, `end` is true when nothing will ever follow. */
export type LogPage = { readonly lines: readonly LogLine[]; readonly next: number; readonly end: boolean }
