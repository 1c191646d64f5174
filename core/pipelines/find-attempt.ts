import { Problem } from '#core/base/problem.ts'
import type { AttemptAddress } from './attempt-folders.ts'
import { findStep } from './find-run.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { StepAddress } from './service-types.ts'

/**
 * An attempt, the latest where none is named, by which its folder is found; undefined before there was any. Throws
 * Problem `not_found` for one that there was not.
 */
export function attemptOf(
  store: RunStore,
  address: StepAddress,
  wanted?: number,
): { readonly row: RunRow; readonly address: AttemptAddress } | undefined {
  const { run, row } = findStep(store, address)
  const latest = row?.attempts ?? 0
  const attempt = wanted ?? latest
  const createdSeq = attempt === latest ? row?.createdSeq : createdSeqOf(store, run, { ...address, attempt })
  if (createdSeq !== undefined && latest > 0)
    return { row: run, address: { ...address, run: run.id, attempt, createdSeq } }
  if (wanted === undefined) return undefined
  throw new Problem('not_found', `step ${address.step} has no attempt ${attempt}: it had ${latest}`)
}

type EarlierAttempt = StepAddress & { readonly attempt: number }

/** The event that an earlier attempt of a step run was created by; undefined where there was none. */
function createdSeqOf(store: RunStore, run: RunRow, { step, item, attempt }: EarlierAttempt): number | undefined {
  const events = store.eventsOfStep(run, step, item)
  return events.findLast((event) => event.kind === 'attempt.created' && event.attempt === attempt)?.seq
}
