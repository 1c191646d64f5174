import { reduceProgress, initialProgress, type RunProgress } from '#core/contract/run-progress.ts'
import type { GraphStep, RunGraph } from '#core/contract/run-graph.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { findRun } from './find-run.ts'
import { pipelineIdOf } from './pipeline-id.ts'
import { onlyName } from './only.ts'
import type { Plans } from './plans.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import { summaryOf } from './views.ts'

type State = Pick<
  GraphStep,
  'status' | 'attempts' | 'total' | 'counts' | 'active' | 'startedAt' | 'finishedAt' | 'reason'
>

const PAGE = 10_000
const UNTOUCHED: State = {
  status: 'pending',
  attempts: 0,
  total: null,
  counts: { succeeded: 0, failed: 0, skipped: 0, cached: 0, cancelled: 0, lost: 0 },
  active: [],
  startedAt: null,
  finishedAt: null,
  reason: null,
}
const SCHEDULE = 'schedule:'

/** A run with its fan-outs folded, as of its last event: nothing else can be written while it is read. */
export function runGraph(store: RunStore, plans: Plans, id: string): RunGraph {
  const run = findRun(store, id)
  const { steps, environments, notice } = run.folded ? foldedState(store, run) : replayedState(store, run)
  const needs = new Map(plans(run).plan.steps.map(({ name, edges }) => [name, new Set(edges.map(({ step }) => step))]))
  const { parameters, parallelism, cache, resumes, only } = run.frozen
  return {
    ...summaryOf(run),
    outputs: run.outputs,
    file: run.file,
    pipelineId: pipelineIdOf(run.file),
    parameters,
    parallelism,
    cache,
    resumes,
    only: only === undefined ? null : onlyName(only),
    schedule: run.createdBy.startsWith(SCHEDULE) ? run.createdBy.slice(SCHEDULE.length) : null,
    seq: store.lastSeq(run.id),
    cancelling: store.isCancelling(run.id),
    draining: isDraining(store, run.id),
    notice,
    environments,
    steps: Object.entries(run.definition.steps).map(([name, { kind, forEach, when }]) => ({
      name,
      kind,
      needs: [...(needs.get(name) ?? [])],
      isFanOut: forEach.length > 0,
      hasCondition: when !== null,
      ...(steps.get(name) ?? UNTOUCHED),
    })),
  }
}

/** Whether what runs is waited for, and was not asked to stop since. */
function isDraining(store: RunStore, run: string): boolean {
  return store.eventsOfKind(run, 'run.draining').length > 0 && store.eventsOfKind(run, 'run.cancelling').length === 0
}

type Folded = { readonly steps: ReadonlyMap<string, State> } & Pick<RunGraph, 'environments' | 'notice'>

/** From the rows of the steps, and of those items alone that have begun and not ended. */
function foldedState(store: RunStore, run: RunRow): Folded {
  const active = Map.groupBy(store.activeItems(run.id), ({ step }) => step)
  const steps = Object.keys(run.definition.steps).flatMap((name): [string, State][] => {
    const row = store.foldedStep(run.id, name)
    if (row === undefined) return []
    const ofStep = (active.get(name) ?? []).map(({ item, attempt, since, phase }) => ({ item, attempt, since, phase }))
    return [[name, { ...row, counts: row.counts ?? UNTOUCHED.counts, active: ofStep }]]
  })
  if (isFinalRun(run.status)) return { steps: new Map(steps), environments: [], notice: null }
  const events = (['environment.building', 'environment.ready', 'run.connection'] as const)
    .flatMap((kind) => store.eventsOfKind(run.id, kind))
    .toSorted((a, b) => a.seq - b.seq)
  const progress = reduceProgress(initialProgress([]), events)
  return { steps: new Map(steps), environments: environmentsOf(progress), notice: progress.notice }
}

/** From all events: what the first version wrote of steps does not suffice. */
function replayedState(store: RunStore, run: RunRow): Folded {
  let progress = initialProgress(Object.keys(run.definition.steps))
  for (;;) {
    const events = store.events(run.id, progress.seq + 1, PAGE)
    progress = reduceProgress(progress, events)
    if (events.length < PAGE) break
  }
  const steps = [...progress.steps.values()].map(({ name, active, ...state }): [string, State] => [
    name,
    { ...state, active: [...active].map(([item, it]) => ({ item, ...it })) },
  ])
  return { steps: new Map(steps), environments: environmentsOf(progress), notice: progress.notice }
}

function environmentsOf({ environments }: RunProgress): RunGraph['environments'] {
  return [...environments].map(([name, since]) => ({ name, since }))
}
