import { look, type Looked } from '#core/base/looked.ts'

/** So long one part may take, and all parts together, in ms; a part that waited for others gets at least `LEAST`. */
const PART = 2_000
const WHOLE = 2_800
const LEAST = 500

/** Looks at parts of one thing, which is to be over in time whatever some of them do. */
export type Looks = {
  /** `what` completes `… took longer than 2 s`; see `look`. */
  readonly at: <Value>(what: string, work: (signal: AbortSignal) => Promise<Value>) => Promise<Looked<Value>>
  /** Since it began. */
  readonly seconds: () => number
}

export function openLooks(signal: AbortSignal | undefined): Looks {
  const start = performance.now()
  const passed = (): number => performance.now() - start
  return {
    at(what, work) {
      const left = Math.round((WHOLE - passed()) / 100) * 100
      return look(work, { what, deadlineMs: Math.max(LEAST, Math.min(PART, left)), signal })
    },
    seconds: () => Math.round(passed()) / 1_000,
  }
}
