import { sha256 } from '#core/files/index.ts'
import { IMPORTED_FROM, type FoundRun, type Pair } from '#core/tracking/index.ts'
import { skip, unlessRefused, type ImportedExperiment, type ImportedRun, type ImportState } from './import-state.ts'
import type { SourceEnd, SourceRun } from './item.ts'
import { keyFault } from './values.ts'

const RUN_NAME = 'mlflow.runName'
/** As many as a batch may have. */
const PAIRS = 100

/** Finds or makes a run, with its parameters, tags and inputs. */
export async function importRun(state: ImportState, item: SourceRun): Promise<void> {
  const experiment = state.experiments.get(item.experiment)
  if (experiment === undefined) return skip(state, `run ${item.key}`, 'its experiment was not taken in')
  const { id, found } = idFor(state, item.key)
  const stage = experiment.isGoing ? 'active' : item.stage
  if (found !== undefined) return importKnown(state, item, { id, found, stage })
  if (experiment.fault !== undefined) return skip(state, `run ${item.key}`, experiment.fault)
  const uri = state.dryRun ? '' : await createRun(state, item, { id, experiment })
  if (uri === undefined) return
  state.count.runs += 1
  experiment.runs += 1
  state.runs.set(item.key, {
    ...STARTED,
    id,
    isNew: true,
    isWritable: !state.dryRun,
    stage,
    artifactUri: uri,
  })
}

const STARTED = { status: 'RUNNING', pointsBefore: 0, pointsTold: 0 } as const

type Wanted = { readonly id: string; readonly found: FoundRun | undefined }

/** The source's own id where it is one and is free or came by an import; else one that is always the same for it. */
function idFor({ deps, source }: ImportState, key: string): Wanted {
  const own = /^[0-9a-f]{32}$/.test(key) ? key : undefined
  const there = own === undefined ? undefined : deps.imports.run(own)
  if (own !== undefined && (there === undefined || there.isImported)) return { id: own, found: there }
  const id = sha256(`${source}\n${key}`).slice(0, 32)
  return { id, found: deps.imports.run(id) }
}

type Place = { readonly id: string; readonly experiment: ImportedExperiment }

/** Makes a run; returns its artifact URI, undefined where it is refused. */
async function createRun(state: ImportState, item: SourceRun, { id, experiment }: Place): Promise<string | undefined> {
  const { writes } = state.deps.tracking
  const named = item.tags.find(({ key }) => key === RUN_NAME)?.value ?? ''
  const name = item.name === '' ? named : item.name
  const tags = [...item.tags.filter(({ key }) => key !== RUN_NAME), { key: IMPORTED_FROM, value: state.source }]
  const run = await unlessRefused(state, `run ${item.key}`, () =>
    writes.createRun({
      id,
      experimentId: experiment.id ?? '',
      userId: item.userId,
      startTime: item.startTime,
      tags,
      ...(name === '' ? {} : { name }),
    }),
  )
  if (run === undefined) return undefined
  await logParams(state, id, item.params)
  await logInputs(state, id, item)
  return run.info.artifactUri
}

type Known = Required<Wanted> & Pick<ImportedRun, 'stage'>

async function importKnown(state: ImportState, item: SourceRun, { id, found, stage }: Known): Promise<void> {
  state.count.known += 1
  if (found === undefined) return
  const isWritable = found.stage === 'active' && !state.dryRun
  const { status, artifactUri, points } = found
  const begun = { pointsBefore: points, pointsTold: 0 }
  state.runs.set(item.key, { id, isNew: false, isWritable, stage, status, artifactUri, ...begun })
  if (!isWritable) return
  const { params, tags } = state.deps.tracking.reads.run(id)
  await logParams(state, id, missingIn(item.params, params))
  const newTags = missingIn(item.tags, tags)
  for (let from = 0; from < newTags.length; from += PAIRS) {
    await state.deps.tracking.writes.log(id, { tags: newTags.slice(from, from + PAIRS) })
  }
  await logInputs(state, id, item)
}

function missingIn(pairs: readonly Pair[], there: readonly Pair[]): Pair[] {
  const keys = new Set(there.map(({ key }) => key))
  return pairs.filter(({ key }) => !keys.has(key))
}

async function logParams(state: ImportState, id: string, params: readonly Pair[]): Promise<void> {
  for (let from = 0; from < params.length; from += PAIRS) {
    const part = params.slice(from, from + PAIRS)
    await unlessRefused(state, `parameters of run ${id}`, () => state.deps.tracking.writes.log(id, { params: part }))
  }
}

async function logInputs(state: ImportState, id: string, item: SourceRun): Promise<void> {
  const { writes } = state.deps.tracking
  const { datasets, modelInputs: models, modelOutputs } = item
  if (datasets.length > 0 || models.length > 0) {
    await unlessRefused(state, `inputs of run ${id}`, () => writes.logInputs(id, { datasets, models }))
  }
  if (modelOutputs.length > 0) {
    await unlessRefused(state, `models of run ${id}`, () => writes.logOutputs(id, modelOutputs))
  }
}

/** Gives a run its status and end, and puts it into the trash where it is there. */
export async function endRun(state: ImportState, item: SourceEnd): Promise<void> {
  const run = state.runs.get(item.run)
  if (run === undefined) return
  const points = state.dryRun ? run.pointsTold : (state.deps.imports.run(run.id)?.points ?? 0)
  state.count.points += Math.max(0, points - run.pointsBefore)
  if (!run.isWritable) return
  const { reads } = state.deps.tracking
  if (item.params !== undefined && item.params.length > 0) {
    const params = item.params.filter(({ key }) => keyFault(key) === undefined)
    await logParams(state, run.id, missingIn(params, reads.run(run.id).params))
  }
  await finish(state, run, item)
}

/**
 * One that went on here since keeps what it has here. Where it ended there and not here, an import was cut off. In one
 * transaction, so that no half of this is left.
 */
async function finish(state: ImportState, run: ImportedRun, { status, endTime }: SourceEnd): Promise<void> {
  const { writes } = state.deps.tracking
  const isOpen = run.status === 'RUNNING' || run.status === 'SCHEDULED'
  if (!run.isNew && !isOpen) return
  const end = endTime === null ? {} : { endTime: Math.max(0, endTime) }
  const isGoing = run.stage === 'deleted' && (run.isNew || status !== run.status)
  await Promise.all([writes.updateRun(run.id, { status, ...end }), ...(isGoing ? [writes.deleteRun(run.id)] : [])])
}
