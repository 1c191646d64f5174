import { Problem } from '#core/base/problem.ts'
import type { StepScope } from '#core/mlflow/index.ts'
import type { Database } from '#core/store/index.ts'
import type { Pair, Tracking } from '#core/tracking/index.ts'
import { openPathOwners } from './path-owners.ts'
import type { TrackedStep } from './step-tokens.ts'
import { pairsOf, ITEM_VALUES } from './tracked-change.ts'

/** What the program of a tracked step run may touch. */
export type Scopes = (step: TrackedStep) => StepScope | undefined

type Own = { readonly experiment: string; readonly name: string }

/** Prepares the looks on the writer's connection. Undefined is answered for a run that is not tracked. */
export function openScopes(tracking: Pick<Tracking, 'db' | 'queue'>): Scopes {
  const { db, queue } = tracking
  const [own, looks, noteRun, giveWay] = [ownFinder(db), openLooks(db), runNoter(db), wayGiver(db)]
  const paths = openPathOwners(db)
  return ({ run: pipelineRun, id }) => {
    const found = own(id)
    if (found === undefined) return undefined
    const owns = (run: string): boolean => run === id || looks.stepOf(run) === id
    const isOurs = (experiment: string | undefined): boolean => experiment === found.experiment
    const ownsModel = (model: string): boolean => owns(looks.sourceOf(model) ?? '')
    const sees = (run: string): boolean => isOurs(looks.experimentOfRun(run)) || owns(run)
    const seesModel = (model: string): boolean =>
      isOurs(looks.experimentOfModel(model)) || ownsModel(model) || looks.isRegistered(model)
    const inTraces = (path: string): boolean => path.startsWith(`${paths.rootOf(found.experiment)}/traces/`)
    return {
      run: id,
      experiment: found.experiment,
      experimentName: found.name,
      checkOpen: () => {
        if (looks.isOver(pipelineRun)) throw over()
      },
      owns,
      sees,
      ownsModel,
      seesModel,
      ownsPath: (path) => paths.isOf(path, { run: owns, model: ownsModel }) || inTraces(path),
      seesPath: (path) =>
        paths.isOf(path, { run: sees, model: seesModel }) || inTraces(path) || paths.isRegistered(path),
      traceExperiment: (trace) => looks.traceExperiment(trace),
      noteRun: (run) => queue.run(() => noteRun(run, id)),
      giveWay: (params) => queue.run(() => giveWay(id, params)),
    }
  }
}

function over(): Problem {
  return new Problem(
    'forbidden',
    'the pipeline run that this token is of is over: track with the token of the data folder',
  )
}

function ownFinder(db: Database): (id: string) => Own | undefined {
  const find = db.prepare<[string], Own>(
    `SELECT CAST(e.id AS TEXT) AS experiment, e.name FROM runs r JOIN experiments e ON e.id = r.experiment WHERE r.run_id = ?`,
  )
  return (id) => find.get(id)
}

type Looks = {
  isOver(run: string): boolean
  stepOf(run: string): string | undefined
  experimentOfRun(run: string): string | undefined
  experimentOfModel(model: string): string | undefined
  sourceOf(model: string): string | undefined
  isRegistered(model: string): boolean
  traceExperiment(id: string): string | undefined
}

function openLooks(db: Database): Looks {
  const text = (sql: string): ((of: string) => string | undefined) => {
    const find = db.prepare<[string], string>(sql).pluck()
    return (of) => find.get(of)
  }
  const ended = db.prepare<[string]>('SELECT 1 FROM pipeline_runs WHERE run = ? AND is_over = 1')
  const registered = db.prepare<[string]>('SELECT 1 FROM model_versions WHERE model_id = ? LIMIT 1')
  return {
    isOver: (run) => ended.get(run) !== undefined,
    stepOf: text('SELECT step FROM nested_runs WHERE run = ?'),
    experimentOfRun: text('SELECT CAST(experiment AS TEXT) FROM runs WHERE run_id = ?'),
    experimentOfModel: text('SELECT CAST(experiment AS TEXT) FROM logged_models WHERE model_id = ?'),
    sourceOf: text('SELECT source_run_id FROM logged_models WHERE model_id = ?'),
    isRegistered: (model) => model !== '' && registered.get(model) !== undefined,
    traceExperiment: text('SELECT CAST(experiment AS TEXT) FROM traces WHERE trace_id = ?'),
  }
}

/** Only one that is not there yet becomes the step's. */
function runNoter(db: Database): (run: string, step: string) => void {
  const note = db.prepare<[string, string, string]>(
    'INSERT OR IGNORE INTO nested_runs SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM runs WHERE run_id = ?)',
  )
  return (run, step) => void note.run(run, step, run)
}

/** Takes back parameters that the core made of an item's values, where a program logs them by other texts. */
function wayGiver(db: Database): (id: string, params: readonly Pair[]) => void {
  const values = db
    .prepare<[string, string], string>(
      `SELECT value FROM tags WHERE run = (SELECT id FROM runs WHERE run_id = ?)
       AND key = (SELECT id FROM keys WHERE name = ?)`,
    )
    .pluck()
  const remove = db.prepare<[string, string, string]>(
    `DELETE FROM params WHERE run = (SELECT id FROM runs WHERE run_id = ?)
     AND key = (SELECT id FROM keys WHERE name = ?) AND value = ?`,
  )
  return (id, params) => {
    const own = new Map(itemPairs(values.get(id, ITEM_VALUES)).map(({ key, value }) => [key, value]))
    for (const { key, value } of params) {
      const text = own.get(key)
      if (text !== undefined && text !== value) remove.run(id, key, text)
    }
  }
}

/** A program may have replaced the tag: then it says nothing. */
function itemPairs(tag: string | undefined): Pair[] {
  if (tag === undefined) return []
  try {
    const values: unknown = JSON.parse(tag)
    return typeof values === 'object' && values !== null ? pairsOf(values as Parameters<typeof pairsOf>[0]) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
