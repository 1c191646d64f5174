import { setImmediate as turn } from 'node:timers/promises'
import { loadSamples } from '#core/attempts/index.ts'
import { useOf, type AttemptTimes, type AttemptUse } from '#core/usage/index.ts'
import { attemptFolders } from './attempt-folders.ts'
import { Recent } from './recent.ts'

/** Curves of so many attempts of a step are read; what others used is known as a whole. */
const MOST_CURVES = 200
/** So many are read at a time, then others have their turn. */
const AT_ONCE = 10
/** What so many attempts used is kept, some numbers of each. */
const KEPT = 10_000

/** What is known of so many as a whole is looked at at a time. */
const WHOLE_AT_ONCE = 2_000

/** What attempts of a run used, by `createdSeq`. */
type ReadUses = (run: string, attempts: readonly AttemptTimes[]) => Promise<Map<number, AttemptUse>>

/** Reads the samples of each attempt that is over only once, in small pieces between which others have their turn. */
export function openUses(home: string): ReadUses {
  const kept = new Recent<AttemptUse>(KEPT)
  const read = async (run: string, attempt: AttemptTimes): Promise<AttemptUse> => {
    const key = `${run} ${attempt.createdSeq}`
    const before = kept.get(key, () => undefined)
    if (before !== undefined) return before
    const use = useOf(attempt, await loadSamples(attemptFolders(home, { ...attempt, run }).control))
    if (attempt.outcome !== null) kept.get(key, () => ({ value: use, size: 1 }))
    return use
  }
  return async (run, attempts) => {
    const uses = new Map<number, AttemptUse>()
    for (const ofStep of Map.groupBy(attempts, ({ step }) => step).values()) {
      const chosen = busiest(ofStep)
      for (let at = 0; at < chosen.length; at += AT_ONCE) {
        const some = chosen.slice(at, at + AT_ONCE)
        const found = await Promise.all(some.map(async (one) => [one.createdSeq, await read(run, one)] as const))
        for (const [seq, use] of found) uses.set(seq, use)
        await turn()
      }
      const others = ofStep.filter(({ createdSeq }) => !uses.has(createdSeq))
      for (const [at, one] of others.entries()) {
        uses.set(one.createdSeq, useOf(one, []))
        if (at % WHOLE_AT_ONCE === 0) await turn()
      }
    }
    return uses
  }
}

/** Those attempts whose curves tell most of what the step needs: that go on, or used most cores on average. */
export function busiest(attempts: readonly AttemptTimes[]): readonly AttemptTimes[] {
  if (attempts.length <= MOST_CURVES) return attempts
  return attempts.toSorted((a, b) => meanOf(b) - meanOf(a)).slice(0, MOST_CURVES)
}

function meanOf({ startedAt, finishedAt, cpuSeconds }: AttemptTimes): number {
  if (startedAt === null) return -1
  if (finishedAt === null) return Number.MAX_VALUE
  return cpuSeconds === null ? 0 : cpuSeconds / Math.max(1, finishedAt - startedAt)
}
