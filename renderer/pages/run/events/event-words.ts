import { assertNever } from '#core/base/assert-never.ts'
import type { Moved, RunEvent } from '#core/contract/events.ts'
import { durationText } from '#renderer/ui/time.tsx'

/** The step run that an event is about: `train`, `train[2]` for an item of a fan-out, empty for the run itself. */
export function eventSubject(event: RunEvent): string {
  if (!('step' in event)) return ''
  return 'item' in event && event.item !== null ? `${event.step}[${event.item}]` : event.step
}

/** What happened, in words. */
export function eventText(event: RunEvent): string {
  switch (event.kind) {
    case 'run.started':
      return 'the run began'
    case 'run.submitted':
      return `the cluster has taken the run as the Workflow ${event.name}, and plays it`
    case 'run.connection':
      return event.state === 'connected'
        ? 'the cluster is heard again'
        : withReason('the cluster is not heard; the run goes on there', event.reason)
    case 'run.cancelling':
      return event.movedTo === undefined ? 'it was asked to end' : `it was asked to end, ${movedText(event.movedTo)}`
    case 'run.draining':
      return `nothing more of it begins, ${movedText(event.movedTo)}`
    case 'run.finished':
      return `the run is over: ${event.status}`
    case 'environment.building':
      return `the environment ${event.environment} is being built`
    case 'environment.ready':
      return `the environment ${event.environment} is ready after ${durationText(event.seconds * 1_000)}`
    case 'step.expanded':
      return `goes over ${event.items.length} ${event.items.length === 1 ? 'item' : 'items'}`
    case 'step.cached':
      return `${event.resumed ? 'taken over from' : 'taken from the cache,'} run ${event.from}`
    case 'step.skipped':
      return withReason('skipped', event.reason)
    case 'step.failed':
      return withReason('failed', event.reason)
    case 'step.finished':
      return `over: ${event.status}`
    default:
      return attemptText(event)
  }
}

function movedText({ run, target }: Moved): string {
  return `since it is to go on on ${target} as run ${run}`
}

type AttemptEvent = Extract<RunEvent, { attempt: number }>

function attemptText(event: AttemptEvent): string {
  const attempt = `attempt ${event.attempt}`
  switch (event.kind) {
    case 'attempt.created':
      return withReason(`${attempt} is made ready`, event.verdict.reason)
    case 'attempt.waiting':
      return event.reason === null ? `${attempt} waits no more` : `${attempt} waits: ${event.reason}`
    case 'attempt.started':
      return `${attempt} runs`
    case 'attempt.stopping':
      return `${attempt} is stopped: ${event.why === 'timeout' ? 'its time is over' : 'the run was asked to end'}`
    case 'attempt.finished':
      return withReason(`${attempt} ${event.outcome}`, event.reason) + again(event)
    default:
      return assertNever(event)
  }
}

function again({ retryAt, finishedAt, attempt }: Extract<RunEvent, { kind: 'attempt.finished' }>): string {
  return retryAt === null ? '' : `; attempt ${attempt + 1} may begin in ${durationText(retryAt - finishedAt)}`
}

function withReason(text: string, reason: string | null): string {
  return reason === null ? text : `${text}: ${reason}`
}
