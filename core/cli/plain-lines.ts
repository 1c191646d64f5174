import { assertNever } from '#core/base/assert-never.ts'
import { formatDuration } from '#core/base/quantity.ts'
import type { Moved, SequencedEvent } from '#core/contract/events.ts'
import { lostConnection } from './lost-connection.ts'
import { plainText } from './text.ts'

/** Turns events into lines such as `12:01:02 train[1] succeeded in 0.52 s`; silent events give none. */
export function plainLineMaker(): (event: SequencedEvent) => string | undefined {
  const startedAt = new Map<string, number>()
  return (event) => {
    if (event.kind === 'attempt.started') startedAt.set(stepRunName(event.step, event.item), event.startedAt)
    const text = eventText(event, startedAt)
    return text === undefined ? undefined : `${clockTime(event.at)} ${text}`
  }
}

/** `train`, or `train[2]` for an item of a fan-out. */
export function stepRunName(step: string, item: number | null): string {
  return item === null ? step : `${step}[${item}]`
}

/** Local time of day, `12:01:02`. */
export function clockTime(epochMs: number): string {
  const date = new Date(epochMs)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function movedText({ target, run }: Moved): string {
  return `${target} as run ${run}`
}

function eventText(event: SequencedEvent, startedAt: ReadonlyMap<string, number>): string | undefined {
  switch (event.kind) {
    case 'environment.building':
      return `environment ${event.environment} is being built`
    case 'environment.ready':
      return `environment ${event.environment} is ready after ${formatDuration(event.seconds * 1000)}`
    case 'step.expanded':
      return `${event.step} has ${event.items.length} items`
    case 'step.cached':
      return `${stepRunName(event.step, event.item)} cached (from run ${event.from})`
    case 'step.skipped':
      return `${stepRunName(event.step, event.item ?? null)} skipped: ${plainText(event.reason)}`
    case 'step.failed':
      return `${stepRunName(event.step, event.item)} failed: ${plainText(event.reason)}`
    case 'attempt.started':
      return `${stepRunName(event.step, event.item)} started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`
    case 'attempt.stopping':
      return `${stepRunName(event.step, event.item)} is stopped (${event.why})`
    case 'attempt.finished':
      return attemptText(event, startedAt)
    case 'run.cancelling':
      return event.movedTo === undefined
        ? 'the run is being cancelled'
        : `the run is stopped, to go on on ${movedText(event.movedTo)}`
    case 'run.draining':
      return `nothing more of it begins here, it is to go on on ${movedText(event.movedTo)}`
    case 'run.submitted':
      return `the cluster has taken the run as ${event.name}`
    case 'run.connection':
      return event.reason === null ? 'the connection to the cluster is back' : lostConnection(event.reason)
    case 'attempt.waiting':
      return event.reason === null
        ? undefined
        : `${stepRunName(event.step, event.item)} waits: ${plainText(event.reason)}`
    case 'run.started':
    case 'run.finished':
    case 'step.finished':
    case 'attempt.created':
      return undefined
    default:
      return assertNever(event)
  }
}

function attemptText(
  event: Extract<SequencedEvent, { kind: 'attempt.finished' }>,
  startedAt: ReadonlyMap<string, number>,
): string {
  const name = stepRunName(event.step, event.item)
  const from = startedAt.get(name)
  const time =
    from === undefined
      ? ''
      : ` ${event.outcome === 'succeeded' ? 'in' : 'after'} ${formatDuration(event.finishedAt - from)}`
  const reason = event.reason === null ? '' : `: ${plainText(event.reason)}`
  const again =
    event.retryAt === null
      ? ''
      : `; attempt ${event.attempt + 1} begins in ${formatDuration(Math.max(0, event.retryAt - event.finishedAt))}`
  return `${name} ${event.outcome}${time}${reason}${again}`
}
