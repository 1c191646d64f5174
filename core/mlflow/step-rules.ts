import { randomUUID } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { Pair } from '#core/tracking/index.ts'
import { list, optional, optionalText, readId, readPair, readText, runId, type Input } from '#core/wire/index.ts'
import type { StepScope } from './step-scope.ts'

/** What a step asks: `isReplay` where its runner took it and made up ids, which are kept then. */
export type StepCall = {
  readonly input: Input
  readonly params: Readonly<Record<string, string>>
  readonly search: string
  readonly isReplay: boolean
}

/** Returns what is asked, perhaps completed. Throws Problem `forbidden`. */
export type StepRule = (scope: StepScope, call: StepCall) => Input

const PARENT = 'mlflow.parentRunId'

/** Throws Problem `forbidden`. */
function refuse(what: string): never {
  throw new Problem('forbidden', what)
}

const OWN_RUN = 'a step writes to its own run and to those that it made: log there, or use the token of the data folder'
const OWN_MODEL = 'a step changes the models that it logged: use the token of the data folder for others'
const OWN_EXPERIMENT = 'a step tracks into the experiment of its pipeline: leave out set_experiment and experiment ids'

/** Throws Problem `forbidden` where it is not so. */
export function must(isSo: boolean, what: string): void {
  if (!isSo) refuse(what)
}

/** Lets a call through after a look. */
export const after =
  (look: (scope: StepScope, call: StepCall) => void): StepRule =>
  (scope, call) => {
    look(scope, call)
    return call.input
  }

export const allow: StepRule = after(() => undefined)
/** Refuses in words. */
export const never = (what: string): StepRule => after(() => refuse(what))

const oneId = (input: Input): string => {
  return optional(input, 'experiment_id', readId) ?? ''
}

export const ownExperiment: StepRule = after((scope, { input }) =>
  must(oneId(input) === scope.experiment, OWN_EXPERIMENT),
)
export const namedExperiment: StepRule = after((scope, { input }) =>
  must(optionalText(input, 'experiment_name') === scope.experimentName, OWN_EXPERIMENT),
)
/** A search over experiments, all of which are its own. */
export const ownExperiments: StepRule = after((scope, { input }) => {
  const ids = list(input, 'experiment_ids', readId)
  must(
    ids.length > 0 && ids.every((id) => id === scope.experiment),
    `a step searches in its own experiment, ${scope.experiment}: name that one alone`,
  )
})
export const ownRun: StepRule = after((scope, { input }) => must(scope.owns(runId(input)), OWN_RUN))
/** A run that the step made, not its own: the core keeps that. */
export const nestedRun: StepRule = after((scope, { input }) => {
  const run = runId(input)
  must(run !== scope.run && scope.owns(run), 'a step deletes and restores only runs that it made: leave its own')
})
const READ_RUN = 'a step reads runs of its own experiment: use the token of the data folder for others'
export const seenRun: StepRule = after((scope, { input }) => must(scope.sees(runId(input)), READ_RUN))
export const seenRuns = (field: string): StepRule =>
  after((scope, { input }) => {
    for (const run of list(input, field, readText)) must(scope.sees(run), READ_RUN)
  })
const NESTED = "a step's run stays where it is, and runs that it made stay nested in its own: leave mlflow.parentRunId"
/** Tags that say what a run is are the core's: they tell where models come from. */
function checkTag(scope: StepScope, { key, value, run }: { key: unknown; value: unknown; run: string }): void {
  if (typeof key !== 'string') return
  must(!key.startsWith('minisub.'), "tags that begin with minisub. are the core's: name it otherwise")
  if (key !== PARENT) return
  must(run !== scope.run && value !== run && typeof value === 'string' && scope.owns(value), NESTED)
}
/** A tag is set or deleted. */
export const taggedRun: StepRule = (scope, call) => {
  const { key, value } = call.input.fields
  checkTag(scope, { key, value, run: runId(call.input) })
  return ownRun(scope, call)
}
/** Parameters, which the core may have made of an item's values before. */
export const loggedParams = (params: (input: Input) => readonly Pair[]): StepRule =>
  after((scope, { input }) => {
    const run = runId(input)
    must(scope.owns(run), OWN_RUN)
    const pairs = params(input)
    if (run === scope.run && pairs.length > 0) scope.giveWay(pairs).catch(() => undefined)
  })
/** A batch: points may name models that the step can read. */
export const loggedBatch: StepRule = (scope, call) => {
  const run = runId(call.input)
  for (const { key, value } of list(call.input, 'tags', readPair)) checkTag(scope, { key, value, run })
  const metrics = call.input.fields['metrics']
  if (Array.isArray(metrics)) for (const metric of metrics as unknown[]) measuredModel(scope, metric)
  return loggedParams((input) => list(input, 'params', readPair))(scope, call)
}
export const loggedMetric: StepRule = (scope, call) => {
  measuredModel(scope, call.input.fields)
  return ownRun(scope, call)
}

function measuredModel(scope: StepScope, metric: unknown): void {
  if (typeof metric !== 'object' || metric === null) return
  const model: unknown = 'model_id' in metric ? metric.model_id : undefined
  if (typeof model !== 'string' || model === '') return
  must(scope.seesModel(model), 'a step measures models of its own experiment and registered ones: name one of those')
}

/** Ids that runners make begin as that of the step's run: those of other step runs can be foretold. */
function mustBeOwn({ run }: StepScope, made: string): void {
  must(made.startsWith(run.slice(0, 16)), 'what a step makes has an id of its own: use the step runner of this version')
}

/** A new run is nested in that of the step. */
export const madeRun: StepRule = (scope, { input, isReplay }) => {
  must(oneId(input) === scope.experiment, OWN_EXPERIMENT)
  const tags = list(input, 'tags', readPair)
  const given = isReplay ? optionalText(input, 'run_id') : undefined
  if (given !== undefined) mustBeOwn(scope, given)
  const run = given ?? randomUUID().replaceAll('-', '')
  for (const { key, value } of tags) checkTag(scope, { key, value, run })
  scope.noteRun(run).catch(() => undefined)
  const isNested = tags.some(({ key }) => key === PARENT)
  const nested = isNested ? tags : [...tags, { key: PARENT, value: scope.run }]
  return { ...input, fields: { ...input.fields, run_id: run, tags: nested } }
}

/** A model is of the run that logs it, of the step's own where none is named. */
export const madeModel: StepRule = (scope, { input, isReplay }) => {
  must(oneId(input) === scope.experiment, OWN_EXPERIMENT)
  const source = optionalText(input, 'source_run_id') || scope.run
  must(scope.owns(source), OWN_RUN)
  const { model_id: made, ...fields } = input.fields
  if (isReplay && typeof made === 'string') mustBeOwn(scope, made.replace(/^m-/, ''))
  return { ...input, fields: { ...fields, source_run_id: source, ...(isReplay ? { model_id: made } : {}) } }
}
const modelOf = ({ params }: StepCall): string => params['model_id'] ?? ''
export const ownModel: StepRule = after((scope, call) => must(scope.ownsModel(modelOf(call)), OWN_MODEL))
export const seenModel: StepRule = after((scope, call) =>
  must(
    scope.seesModel(modelOf(call)),
    'a step reads models of its own experiment and registered ones: name one of those',
  ),
)
