import { isProblem } from '#core/base/problem.ts'
import type { CaseStatus } from '#core/contract/conformance.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Act, Case, ConformanceEngine, Expected } from './case.ts'
import { logDifference } from './check-log.ts'
import { outputsDifference, traceDifference } from './difference.ts'
import { endAll, untilEnd, untilSays } from './follow.ts'
import { normalise, stepRun } from './normalise.ts'
import { orderFault } from './order.ts'
import { changeProject, projectFault, writeProject, type Project } from './project.ts'

export type CaseOptions = {
  readonly engine: ConformanceEngine
  readonly target: string
  /** An empty folder of the case alone. */
  readonly folder: string
  readonly signal: AbortSignal
}

export type CaseOutcome = {
  readonly status: CaseStatus
  readonly reason: string | null
  readonly keys: string | null
}

/** A case takes a minute or two, on a busy machine several. */
const LIMIT_MS = 15 * 60_000
/** For what is left to end after it was cancelled. */
const END_MS = 60_000

/** What happened in the runs of a case so far. */
type Scene = {
  readonly it: Case
  readonly service: PipelineService
  readonly target: string
  readonly project: Project
  readonly signal: AbortSignal
  readonly runs: string[]
  /** Step keys of each run. */
  readonly keys: Record<string, string>[]
  readonly names: Map<string, string>
}

/** The end of a case before its scenario is over. */
class CaseEnd extends Error {
  readonly status: CaseStatus

  constructor(status: CaseStatus, reason: string) {
    super(reason)
    this.status = status
  }
}

/**
 * Plays the scenario of a case on a target and compares what happens with what is wanted. Every run that it starts is
 * over when it resolves. Throws the reason of the signal, and bugs of the suite.
 */
export async function runCase(it: Case, options: CaseOptions): Promise<CaseOutcome> {
  const { engine, target, folder } = options
  const limit = AbortSignal.timeout(LIMIT_MS)
  const signal = AbortSignal.any([options.signal, limit])
  for (const { secret, key, value } of it.secrets ?? []) await engine.setSecret(secret, key, value)
  const project = await writeProject(folder, it.name, it)
  const { service } = engine
  const scene: Scene = {
    it,
    service,
    target,
    project,
    signal,
    runs: [],
    keys: [],
    names: new Map([[folder, '<project>']]),
  }
  try {
    for (const [index, act] of it.scenario.entries()) await play(scene, act, index)
    const fault = await projectFault(project)
    if (fault !== undefined) return outcome(scene, 'failed', fault)
    return outcome(scene, 'passed', null)
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof CaseEnd) return outcome(scene, error.status, error.message)
    if (isProblem(error)) return outcome(scene, 'failed', `${error.code}: ${error.message}`)
    if (limit.aborted) return outcome(scene, 'failed', `it was not over after ${LIMIT_MS / 60_000} minutes`)
    throw error
  } finally {
    await endAll(service, scene.runs, AbortSignal.timeout(END_MS))
  }
}

function outcome({ keys }: Scene, status: CaseStatus, reason: string | null): CaseOutcome {
  const some = keys.some((ofRun) => Object.keys(ofRun).length > 0)
  return { status, reason, keys: some && status === 'passed' ? digestOfJson(keys) : null }
}

async function play(scene: Scene, act: Act, index: number): Promise<void> {
  if (act.act === 'change') return changeProject(scene.project, scene.it.name, act)
  const run = await begin(scene, act)
  scene.runs.push(run)
  scene.names.set(run, `<run ${scene.runs.length}>`)
  const { service, signal } = scene
  if (act.cancelWhen !== undefined) {
    await untilSays(service, { run, ...act.cancelWhen }, signal)
    await service.cancel(run)
  }
  await untilEnd(service, run, signal)
  const fault = await faultOf(scene, run, act.expected)
  const where = scene.it.scenario.length === 1 ? '' : `act ${index + 1} (${act.act}): `
  if (fault !== undefined) throw new CaseEnd('failed', where + fault)
}

async function begin(scene: Scene, act: Exclude<Act, { act: 'change' }>): Promise<string> {
  const { service, target, project, runs, signal } = scene
  if (act.act === 'resume') {
    const { id } = await service.resume(runs.at(-1) ?? '', { withCode: act.withCode, signal })
    return id
  }
  const { cache = false, parameters = {}, parallelism } = act
  const limit = parallelism === undefined ? {} : { parallelism }
  const { id } = await service.start({ file: project.file, target, cache, parameters, ...limit }, { signal })
  return id
}

const ALL = 1_000_000

async function faultOf(scene: Scene, run: string, expected: Expected): Promise<string | undefined> {
  const { service, names, signal } = scene
  const events = service.events(run, 1, ALL)
  scene.keys.push(keysOf(events))
  skipUnenforced(scene.it, scene.target, events)
  if (scene.it.looksUpDuringRun === true && events.some(({ kind }) => kind === 'run.submitted')) {
    throw new CaseEnd('skipped', 'a cluster looks nothing up in the cache once it has the run')
  }
  const view = service.show(run)
  const graph = service.graph(run)
  const found = normalise({ view, graph, events }, names)
  const fault =
    traceDifference([runTrace(expected), ...expected.trace], found) ??
    outputsDifference(expected.outputs, view.outputs) ??
    orderFault(events, graph.steps) ??
    secretFault(scene.it, events)
  if (fault !== undefined) return fault
  for (const [name, check] of Object.entries(expected.logs ?? {})) {
    const differs = await logDifference(name, check, { service, run, names, signal })
    if (differs !== undefined) return differs
  }
  return undefined
}

/** A run begins and ends as is wanted; one that ends as cancelled was cancelled. */
function runTrace({ status }: Expected): string {
  return `run ${status}: started > ${status === 'cancelled' ? 'cancelling > ' : ''}finished ${status}`
}

function secretFault({ secrets = [] }: Case, events: readonly SequencedEvent[]): string | undefined {
  const text = JSON.stringify(events)
  const told = secrets.find(({ value }) => text.includes(value))
  return told === undefined ? undefined : `the value of the secret ${told.secret}/${told.key} stands in an event`
}

function skipUnenforced(it: Case, target: string, events: readonly SequencedEvent[]): void {
  for (const event of events) {
    if (event.kind !== 'attempt.started') continue
    const missing = it.needs?.find((limit) => event.notEnforced.includes(limit))
    if (missing !== undefined) throw new CaseEnd('skipped', `the target ${target} does not enforce ${missing} here`)
  }
}

/** The key of every step run that began, by its name. */
export function keysOf(events: readonly SequencedEvent[]): Record<string, string> {
  return Object.fromEntries(
    events.flatMap((event) => {
      if (event.kind === 'step.expanded') return [[event.step, event.key]]
      return event.kind === 'attempt.created' || event.kind === 'step.cached'
        ? [[stepRun(event.step, event.item), event.key]]
        : []
    }),
  )
}
