import type { AttemptOutcome, SequencedEvent } from '#core/contract/events.ts'

/** When what happened to an attempt; epoch milliseconds, null for what has not happened. */
export type AttemptTimes = {
  readonly step: string
  readonly item: number | null
  readonly attempt: number
  /** By which its folder is found. */
  readonly createdSeq: number
  /** Nothing but its turn was missing from then on. */
  readonly readyAt: number
  readonly createdAt: number
  /** While its cluster let it wait. */
  readonly waits: readonly Span[]
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly collectedAt: number | null
  readonly outcome: AttemptOutcome | null
  readonly reason: string | null
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
}

/** From when to when, in epoch milliseconds. */
export type Span = readonly [from: number, to: number]

type Mutable<T> = { -readonly [key in keyof T]: T[key] }
type Open = Omit<Mutable<AttemptTimes>, 'waits'> & { waits: Span[]; waitsSince: number | null }

/** Times of the attempts of a run, folded from its events as they come. */
export type TimesFold = {
  readonly needs: ReadonlyMap<string, readonly string[]>
  readonly open: Map<string, Open>
  /** When a step was final, when its items were known, when an earlier attempt of a step run ended. */
  readonly finalAt: Map<string, number>
  readonly expandedAt: Map<string, number>
  readonly endedAt: Map<string, number>
  startedAt: number
}

/** `needs`: the steps that have to be final before each. */
export function openTimes(needs: ReadonlyMap<string, readonly string[]>, createdAt: number): TimesFold {
  const maps = { open: new Map(), finalAt: new Map(), expandedAt: new Map(), endedAt: new Map() }
  return { needs, ...maps, startedAt: createdAt }
}

/** Moves the times on by one event; events come in their order. */
export function addEvent(fold: TimesFold, event: SequencedEvent): void {
  if (event.kind === 'run.started') fold.startedAt = event.at
  else if (event.kind === 'step.expanded') fold.expandedAt.set(event.step, event.at)
  else if (event.kind === 'step.finished') fold.finalAt.set(event.step, event.at)
  else if (event.kind === 'step.skipped') {
    if (event.item === undefined) fold.finalAt.set(event.step, event.at)
  } else if (event.kind === 'step.cached' || event.kind === 'step.failed') {
    if (event.item === null) fold.finalAt.set(event.step, event.at)
  } else if ('attempt' in event) addAttemptEvent(fold, event)
}

type AttemptEvent = Extract<SequencedEvent, { attempt: number }>

function addAttemptEvent(fold: TimesFold, event: AttemptEvent): void {
  const stepRun = `${event.step} ${event.item ?? ''}`
  const key = `${stepRun} ${event.attempt}`
  if (event.kind === 'attempt.created') fold.open.set(key, newAttempt(fold, event))
  const open = fold.open.get(key)
  if (open === undefined) return
  if (event.kind === 'attempt.waiting') wait(open, event.at, event.reason !== null)
  if (event.kind === 'attempt.started') {
    wait(open, event.at, false)
    open.startedAt = Math.max(open.createdAt, event.startedAt)
  }
  if (event.kind === 'attempt.finished') {
    wait(open, event.at, false)
    end(open, event)
    fold.endedAt.set(stepRun, event.at)
    if (event.item === null && event.retryAt === null) fold.finalAt.set(event.step, event.at)
  }
}

function newAttempt(fold: TimesFold, { step, item, attempt, seq, at }: AttemptEvent): Open {
  const needed = (fold.needs.get(step) ?? []).map((name) => fold.finalAt.get(name) ?? 0)
  const before = fold.endedAt.get(`${step} ${item ?? ''}`) ?? 0
  const ready = Math.max(fold.startedAt, before, fold.expandedAt.get(step) ?? 0, ...needed)
  return {
    step,
    item,
    attempt,
    createdSeq: seq,
    readyAt: Math.min(ready, at),
    createdAt: at,
    waits: [],
    waitsSince: null,
    startedAt: null,
    finishedAt: null,
    collectedAt: null,
    outcome: null,
    reason: null,
    cpuSeconds: null,
    peakMemoryBytes: null,
  }
}

function wait(open: Open, at: number, isWaiting: boolean): void {
  if (isWaiting) open.waitsSince ??= at
  else if (open.waitsSince !== null) {
    open.waits.push([open.waitsSince, at])
    open.waitsSince = null
  }
}

function end(open: Open, event: Extract<AttemptEvent, { kind: 'attempt.finished' }>): void {
  const { outcome, reason, cpuSeconds, peakMemoryBytes, finishedAt, at } = event
  Object.assign(open, { outcome, reason, cpuSeconds, peakMemoryBytes, collectedAt: at })
  // Clocks of nodes may differ from that of this machine.
  open.finishedAt = open.startedAt === null ? null : Math.max(open.startedAt, Math.min(finishedAt, at))
}

/** The attempts so far; of one that waits still, until `now`. */
export function timesOf({ open }: TimesFold, now: number): AttemptTimes[] {
  return [...open.values()].map(({ waitsSince, ...attempt }) =>
    waitsSince === null ? attempt : { ...attempt, waits: [...attempt.waits, [waitsSince, now]] },
  )
}
