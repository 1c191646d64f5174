import type { AttemptOutcome, RunEvent, SequencedEvent } from '#core/contract/events.ts'

type Kind<Name extends RunEvent['kind']> = Extract<RunEvent, { kind: Name }>

/** Events as a run would have written them, numbered from `first`, at 1,000 ms plus the number. For tests. */
export function sequenced(events: readonly RunEvent[], first = 1): SequencedEvent[] {
  return events.map((event, i) => ({ ...event, seq: first + i, at: 1_000 + first + i }))
}

export function attemptStarted(step: string, item: number | null, attempt: number): Kind<'attempt.started'> {
  return { kind: 'attempt.started', step, item, attempt, startedAt: 1_002, notEnforced: [] }
}

export function attemptFinished(step: string, item: number | null, outcome: AttemptOutcome): Kind<'attempt.finished'> {
  return {
    kind: 'attempt.finished',
    step,
    item,
    attempt: 1,
    outcome,
    finishedAt: 2_000,
    exitCode: outcome === 'succeeded' ? 0 : 1,
    signal: null,
    code: outcome === 'failed' ? 'command_failed' : null,
    reason: outcome === 'failed' ? 'exit code 1' : null,
    cpuSeconds: null,
    peakMemoryBytes: null,
    outputs: {},
    retryAt: null,
  }
}
