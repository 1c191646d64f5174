import { Problem } from '#core/base/problem.ts'
import type { AttemptEnd, RerunReport } from '#core/contract/pulled-step.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { findRun } from '../find-run.ts'
import type { Only } from '../only.ts'
import type { RunRow } from '../run-rows.ts'
import type { RunStore } from '../run-store.ts'
import { differences } from '../why.ts'
import { findLastLine, takeLog, type LogOptions } from './attempt-log.ts'
import { pastAttempt, type PastAttempt } from './past-attempt.ts'
import { endOf } from './pulled-facts.ts'

type Options = LogOptions & { readonly store: RunStore }

const NOT_BEGUN: AttemptEnd = { outcome: 'pending', exitCode: null, signal: null, reason: null, lastLine: null }

/** See `PipelineService.rerunReport`. */
export async function rerunReport(options: Options, id: string): Promise<RerunReport> {
  const { store } = options
  const row = findRun(store, id)
  const { only } = row.frozen
  if (only === undefined)
    throw new Problem('not_found', `run ${row.id} is no step that was done again: minisub pull-step begins such a run`)
  const there = pastAttempt(store, { run: only.run, step: only.step, item: only.item }, only.attempt)
  const here = begun(store, row, only)
  const ends = {
    there: endOf(there, await lastLineOf(options, there)),
    here: here === undefined ? notBegun(store, row, only) : endOf(here, await lastLineOf(options, here)),
  }
  const key = keysOf(store, there, here)
  return {
    run: row.id,
    target: row.target,
    of: { run: there.row.id, target: there.row.target, attempt: only.attempt },
    step: only.step,
    item: only.item,
    ...ends,
    ...judged(ends.there, ends.here),
    key,
  }
}

function begun(store: RunStore, row: RunRow, { step, item }: Only): PastAttempt | undefined {
  const known = store.step(row.id, step, item ?? 0)
  return known === undefined || known.attempts === 0 ? undefined : pastAttempt(store, { run: row.id, step, item })
}

function notBegun(store: RunStore, row: RunRow, { step, item }: Only): AttemptEnd {
  if (!isFinalRun(row.status)) return NOT_BEGUN
  const known = store.step(row.id, step, item ?? 0)
  return { ...NOT_BEGUN, outcome: known?.status ?? 'cancelled', reason: known?.reason ?? null }
}

async function lastLineOf(options: Options, attempt: PastAttempt): Promise<string | null> {
  return attempt.finished === undefined ? null : findLastLine((await takeLog(options, attempt)).control)
}

function keysOf(store: RunStore, there: PastAttempt, here: PastAttempt | undefined): RerunReport['key'] {
  const [before, now] = [there.created.key, here?.created.key ?? null]
  if (here === undefined || before === now) return { there: before, here: now, isEqual: before === now, differs: [] }
  const { name } = there.task.step.bound.planned
  const [then, parts] = [store.parts(there.row.id, name)?.parts, store.parts(here.row.id, name)?.parts]
  const differs = then === undefined || parts === undefined ? [] : differences(then, parts)
  return { there: before, here: now, isEqual: false, differs: [...differs] }
}

/** Whether what happened here is what happened there. */
export function judged(there: AttemptEnd, here: AttemptEnd): Pick<RerunReport, 'verdict' | 'sentence'> {
  if (here.outcome === 'pending' || here.outcome === 'running')
    return { verdict: 'open', sentence: 'it is not over yet' }
  if (here.outcome === 'succeeded') {
    if (there.outcome === 'succeeded') return { verdict: 'same', sentence: 'succeeds here as there' }
    return { verdict: 'passes', sentence: `passes here, and failed there: ${wordsOf(there)}` }
  }
  const isSame =
    there.outcome === here.outcome &&
    there.exitCode === here.exitCode &&
    there.signal === here.signal &&
    there.reason === here.reason
  if (!isSame) return { verdict: 'differs', sentence: `${wordsOf(here)} here, ${wordsOf(there)} there` }
  const isOther = there.lastLine !== here.lastLine
  const more = isOther ? `; its last line was ${shown(there.lastLine)} there and is ${shown(here.lastLine)} here` : ''
  return {
    verdict: 'same',
    sentence: `fails the same way: ${wordsOf(isOther ? { ...here, lastLine: null } : here)}${more}`,
  }
}

function wordsOf({ outcome, exitCode, signal, reason, lastLine }: AttemptEnd): string {
  if (outcome === 'succeeded') return 'succeeded'
  const how =
    signal !== null
      ? `signal ${signal}`
      : exitCode !== null && exitCode !== 0
        ? `exit ${exitCode}`
        : (reason ?? outcome)
  return lastLine === null ? how : `${how}, ${lastLine.trim().slice(0, LONGEST)}`
}

const LONGEST = 200

function shown(line: string | null): string {
  return line === null ? 'none' : JSON.stringify(line.trim().slice(0, LONGEST))
}
