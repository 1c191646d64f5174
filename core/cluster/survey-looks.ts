import { look, type Looked } from '#core/base/looked.ts'

type Deadlines = { readonly part: number; readonly whole: number }

/** So long one part may take, and all parts together, in ms. */
const WARM: Deadlines = { part: 2_000, whole: 2_800 }
/** Of a connection that was not used before: libraries are loaded, and logins made. */
const COLD: Deadlines = { part: 4_000, whole: 4_800 }
/** A part that waited for others gets at least so long. */
const LEAST = 500

/** Looks at parts of one thing, which is to be over in time whatever some of them do. */
export type Looks = {
  /** `what` completes `… took longer than 2 s`; see `look`. */
  readonly at: <Value>(what: string, work: (signal: AbortSignal) => Promise<Value>) => Promise<Looked<Value>>
}

export function openLooks(isWarm: boolean, signal: AbortSignal | undefined): Looks {
  const { part, whole } = isWarm ? WARM : COLD
  const start = performance.now()
  const passed = (): number => performance.now() - start
  return {
    at(what, work) {
      const left = Math.round((whole - passed()) / 100) * 100
      return look(work, { what, deadlineMs: Math.max(LEAST, Math.min(part, left)), signal })
    },
  }
}
