import { setImmediate as turn } from 'node:timers/promises'
import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { TrackedRunRow, type TrackedRunView } from '#core/contract/tracking.ts'
import type { TrackingReads } from '#core/tracking/index.ts'
import { gathered, linesOf, type Values } from './lines.ts'
import { readModelContent, type Shelf } from './model-content.ts'
import { codeOf, dataOf } from './run-code.ts'
import { lockedEnvironment, modelEnvironment, NO_ENVIRONMENT, type RunEnvironment } from './run-environment.ts'
import { originOf, unlessGone, type OriginReads, type PipelineOrigin } from './tracked-origin.ts'

/** What runs are compared from. */
export type RunReads = OriginReads & {
  readonly tracking: Pick<TrackingReads, 'loggedModel'>
  readonly shelf: Shelf
}

type Metric = NonNullable<ComparisonView['metrics'][number]['values'][number]>
/** One run with all that is compared. */
type Side = {
  readonly run: TrackedRunView
  readonly origin: PipelineOrigin | undefined
  readonly environment: RunEnvironment
}

/** How runs differ, in the order in which they are named. Throws Problem `not_found`. */
export async function compareRuns(reads: RunReads, ids: readonly string[]): Promise<ComparisonView> {
  const sides = await sidesOf(reads, ids)
  const runs = sides.map(({ run }) => run)
  const codes = sides.map(({ run, origin }) => codeOf(run, origin))
  return {
    runs: runs.map(rowOf),
    params: linesOf(runs.map(({ params }) => byKey(params))),
    metrics: linesOf(
      runs.map(metricsOf),
      (one, other) => one.last === other.last && one.min === other.min && one.max === other.max,
    ),
    tags: linesOf(runs.map(({ tags }) => byKey(tags))),
    environments: {
      sources: sides.map(({ environment }) => environment.source),
      packages: linesOf(sides.map(({ environment }) => environment.packages)),
    },
    code: { sources: codes.map(({ source }) => source), files: linesOf(codes.map(({ files }) => files)) },
    data: linesOf(sides.map(({ run, origin }) => gathered(dataOf(run, origin)))),
  }
}

/** One after another, so that others have their turn: runs may have thousands of parameters. */
async function sidesOf(reads: RunReads, ids: readonly string[]): Promise<Side[]> {
  const sides: Side[] = []
  for (const id of ids) {
    sides.push(await sideOf(reads, reads.run(id)))
    await turn()
  }
  return sides
}

async function sideOf(reads: RunReads, run: TrackedRunView): Promise<Side> {
  const origin = originOf(reads, run)
  const locked = origin?.provenance === undefined ? NO_ENVIRONMENT : lockedEnvironment(origin.provenance)
  return { run, origin, environment: locked.source === null ? await environmentOfModels(reads, run) : locked }
}

/** Of the newest model that a run logged and that says anything of it. */
async function environmentOfModels({ tracking, shelf }: RunReads, run: TrackedRunView): Promise<RunEnvironment> {
  const models = run.models
    .filter(({ use }) => use === 'output')
    .flatMap(({ id }) => unlessGone(() => tracking.loggedModel(id)) ?? [])
  for (const model of models.toSorted((one, other) => other.createdAt - one.createdAt)) {
    const environment = modelEnvironment(model.name, await readModelContent(shelf, model.artifactUri))
    if (environment.source !== null) return environment
  }
  return NO_ENVIRONMENT
}

function rowOf(run: TrackedRunView): TrackedRunRow {
  return TrackedRunRow.parse({ ...run, metrics: {}, params: {}, tags: {} })
}

function byKey(texts: Readonly<Record<string, string>>): Values<string> {
  return new Map(Object.entries(texts))
}

function metricsOf({ metrics }: TrackedRunView): Values<Metric> {
  return new Map(metrics.map(({ key, last, min, max }) => [key, { last, min, max }]))
}
