import type { PurgeReport } from '#core/contract/tracking.ts'
import type { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openFreedBytes } from './freed-bytes.ts'
import { invalid } from './limits.ts'
import { openExperimentRoots, openHolds, rootOf, type Doomed } from './purge-holds.ts'
import { isExperimentId, noExperiment, noRun } from './views.ts'

/** What is to be purged. Where neither runs nor experiments are named, all that is in the trash. */
export type PurgeWish = {
  /** Only what went to the trash up to then, epoch milliseconds. */
  readonly before: number
  readonly runs?: readonly string[] | undefined
  readonly experiments?: readonly string[] | undefined
  /** Databases that may name blobs too. */
  readonly others: readonly string[]
}
/** Numbers of the rows to delete, and what comes of it. */
export type PurgePlan = {
  readonly runs: readonly number[]
  readonly models: readonly number[]
  readonly experiments: readonly number[]
  readonly bytes: number
  readonly kept: PurgeReport['kept']
}
type Child = Doomed & { readonly title: string; readonly experiment: number; readonly stage: number }
type Parent = Doomed & { readonly title: string; readonly active: number }

/**
 * Prepares the plan of a purge, on any connection. Throws Problem `not_found`, and `tracking_invalid` for what is named
 * and not in the trash.
 */
export function openPurgePlan(db: Database): (wish: PurgeWish) => PurgePlan {
  const select = openSelection(db)
  const holds = openHolds(db)
  const rootOfExperiment = openExperimentRoots(db)
  const freedBytes = openFreedBytes(db)
  return (wish) => {
    const { runs, models, experiments } = select(wish)
    const kept: PurgeReport['kept'] = []
    const holders = new Set<number>()
    const free = (what: 'run' | 'model', all: readonly Child[]): Child[] =>
      all.filter((each) => {
        const why = holds[what](each)
        if (why === undefined) return true
        kept.push({ what: `${what} ${each.title} (${each.name})`, why })
        holders.add(each.experiment)
        return false
      })
    const [goneRuns, freeModels] = [free('run', runs), free('model', models)]
    const goneExperiments = experiments.filter((each) => {
      const why = whyKept(each, holders)
      if (why !== undefined) kept.push({ what: `experiment ${each.title} (${each.name})`, why })
      return why === undefined
    })
    // A model that is not in the trash goes with its experiment alone.
    const leaving = new Set(goneExperiments.map(({ id }) => id))
    const goneModels = freeModels.filter(({ stage, experiment }) => stage === 1 || leaving.has(experiment))
    const roots = [...goneRuns, ...goneModels].map(rootOf)
    const bytes = freedBytes(
      [...roots, ...goneExperiments.map(({ id, uri }) => rootOfExperiment(id, uri))],
      wish.others,
    )
    const numbers = (all: readonly Doomed[]) => all.map(({ id }) => id)
    return { runs: numbers(goneRuns), models: numbers(goneModels), experiments: numbers(goneExperiments), bytes, kept }
  }
}

function whyKept({ id, active }: Parent, holders: ReadonlySet<number>): string | undefined {
  if (id === 0) return 'programs that name no experiment use it'
  if (active > 0) return `${active} of its runs are not in the trash`
  return holders.has(id) ? 'something in it stays' : undefined
}

type Selection = { readonly runs: Child[]; readonly models: Child[]; readonly experiments: Parent[] }
type Bounds = { readonly before: number; readonly runs: string; readonly experiments: string; readonly all: number }

function openSelection(db: Database): (wish: PurgeWish) => Selection {
  const checkNamed = openNamedCheck(db)
  const gone = 'SELECT value FROM json_each(:experiments)'
  const experiments = db.prepare<Bounds, Parent>(
    `SELECT e.id, CAST(e.id AS TEXT) AS name, e.name AS title, e.artifact_location AS uri,
       (SELECT count(*) FROM runs r WHERE r.experiment = e.id AND r.stage = 0) AS active FROM experiments e
     WHERE e.stage = 1 AND CASE WHEN :all THEN e.deleted_at <= :before ELSE e.id IN (${gone}) END`,
  )
  const runs = db.prepare<Bounds, Child>(
    `SELECT r.id, r.run_id AS name, r.name AS title, r.artifact_uri AS uri, r.experiment, r.stage FROM runs r
     WHERE r.stage = 1 AND (r.experiment IN (${gone}) OR r.run_id IN (SELECT value FROM json_each(:runs))
       OR (:all AND r.deleted_at <= :before))`,
  )
  const models = db.prepare<Bounds, Child>(
    `SELECT l.id, l.model_id AS name, l.name AS title, l.artifact_uri AS uri, l.experiment, l.stage FROM logged_models l
     WHERE l.experiment IN (${gone}) OR (:all AND l.stage = 1 AND l.deleted_at <= :before)`,
  )
  return (wish) => {
    checkNamed(wish)
    const all = wish.runs === undefined && wish.experiments === undefined ? 1 : 0
    const named = { before: wish.before, runs: JSON.stringify(wish.runs ?? []), all }
    const chosen = experiments.all({ ...named, experiments: JSON.stringify((wish.experiments ?? []).map(Number)) })
    const bounds = { ...named, experiments: JSON.stringify(chosen.map(({ id }) => id)) }
    return { experiments: chosen, runs: runs.all(bounds), models: models.all(bounds) }
  }
}

function openNamedCheck(db: Database): (wish: PurgeWish) => void {
  const runStage = db.prepare<[string], number>('SELECT stage FROM runs WHERE run_id = ?').pluck()
  const experimentStage = db.prepare<[number], number>('SELECT stage FROM experiments WHERE id = ?').pluck()
  const check = (what: string, stage: number | undefined, missing: Problem): void => {
    if (stage === undefined) throw missing
    if (stage === 0) throw invalid(`The ${what} is not in the trash: delete it first`)
  }
  return ({ runs = [], experiments = [] }) => {
    for (const id of runs) check(`run ${id}`, runStage.get(id), noRun(id))
    for (const id of experiments) {
      const stage = isExperimentId(id) ? experimentStage.get(Number(id)) : undefined
      check(`experiment ${id}`, stage, noExperiment(id))
    }
  }
}
