import { assertNever } from '#core/base/assert-never.ts'
import { canonicalJson } from '#core/base/json.ts'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { RunView } from '#core/contract/run.ts'
import { outputText } from './records.ts'

/** Texts that differ between machines, and what stands in their place, such as a run's id and `<run 1>`. */
export type Names = ReadonlyMap<string, string>

/** A run that is over, as the core tells it. */
export type Happened = {
  readonly view: RunView
  readonly graph: Pick<RunGraph, 'steps'>
  readonly events: readonly SequencedEvent[]
}

/**
 * What happened in a run, without what may differ between targets: a line for the run and one for each step run, each
 * with its final status and then its events in order. Between step runs there is no order, since they may run side by
 * side: `orderFault` says whether what must come one after the other did. Times, usage, byte counts, sequence numbers,
 * events of environments and limits that are not enforced are left out; a verdict is where the cache is not switched off.
 */
export function normalise({ view, graph, events }: Happened, names: Names): string[] {
  const statuses = new Map<string, string>([
    ['run', view.status],
    ...graph.steps.map(({ name, status }) => [name, status] as const),
    ...view.steps.map(({ name, item, status }) => [stepRun(name, item?.index ?? null), status] as const),
  ])
  const texts = new Map<string, string[]>([...statuses.keys()].map((key) => [key, []]))
  for (const event of events) {
    const text = textOf(event)
    if (text === undefined) continue
    const key = 'step' in event ? stepRun(event.step, 'item' in event ? event.item : null) : 'run'
    texts.set(key, [...(texts.get(key) ?? []), withNames(text, names)])
  }
  return [...texts].map(([key, ofKey]) => {
    const head = `${key} ${statuses.get(key) ?? 'unknown'}`
    return ofKey.length === 0 ? head : `${head}: ${ofKey.join(' > ')}`
  })
}

/** `train` or `train[2]`. */
export function stepRun(step: string, item: number | null): string {
  return item === null ? step : `${step}[${item}]`
}

/** A text with names in the place of what differs between machines. */
export function withNames(text: string, names: Names): string {
  let result = text
  for (const [found, name] of names) result = result.replaceAll(found, name)
  return result
}

function textOf(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'environment.building':
    case 'environment.ready':
    case 'run.submitted':
    case 'run.connection':
    case 'attempt.waiting':
      return undefined
    case 'run.started':
      return 'started'
    case 'run.cancelling':
      return 'cancelling'
    case 'run.draining':
      return 'draining'
    case 'run.finished':
      return `finished ${event.status}`
    case 'step.expanded':
      return `expanded ${canonicalJson(event.items)}`
    case 'step.skipped':
      return `skipped (${event.reason})`
    case 'step.failed':
      return `failed ${event.code} (${event.reason})`
    case 'step.finished':
      return `finished ${event.status}`
    case 'step.cached':
      return `${event.resumed ? 'taken over' : 'cached'} from ${event.from}${defaultsText(event.defaults)}${outputsText(event)}`
    case 'attempt.created':
      return `#${event.attempt}${verdictText(event.verdict.reason)}${defaultsText(event.defaults)}`
    case 'attempt.started':
      return 'started'
    case 'attempt.stopping':
      return `stopping (${event.why})`
    case 'attempt.finished':
      return endText(event)
    default:
      return assertNever(event)
  }
}

/** Most cases run without the cache, and their verdicts say just that. */
const CACHE_OFF = 'the cache is switched off for this run'

function verdictText(reason: string): string {
  return reason === CACHE_OFF ? '' : ` (${reason})`
}

function defaultsText(defaults: readonly string[]): string {
  return defaults.length === 0 ? '' : ` on the default of ${defaults.join(', ')}`
}

/** `failed 3 command_failed (exit code 3), again` */
function endText(event: Extract<RunEvent, { kind: 'attempt.finished' }>): string {
  const { outcome, exitCode, signal, code, reason, retryAt } = event
  const exit = exitCode === null ? '' : ` ${exitCode}`
  const by = signal === null ? '' : ` ${signal}`
  const why = `${code === null ? '' : ` ${code}`}${reason === null ? '' : ` (${reason})`}`
  return `${outcome}${exit}${by}${why}${outputsText(event)}${retryAt === null ? '' : ', again'}`
}

function outputsText({ outputs }: Pick<Extract<RunEvent, { kind: 'step.cached' }>, 'outputs'>): string {
  return Object.keys(outputs)
    .toSorted()
    .map((name) => {
      const record = outputs[name]
      return record === undefined ? '' : ` ${name}=${outputText(record)}`
    })
    .join('')
}
