import { isProblem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import type { Tracking } from '#core/tracking/index.ts'
import { trackedRunId } from './tracked-id.ts'

/** Which experiment a pipeline run is tracked in. */
export type Experiments = {
  /**
   * That of the tracked run, wherever it was moved or renamed to; where that is in the trash, or the run is not tracked
   * yet, the one of the pipeline's name, which is made where there is none.
   */
  of(begun: { readonly run: string; readonly pipeline: string }): Promise<string>
}

/** Prepares them on the writer's connection. */
export function openExperiments({ db, writes }: Pick<Tracking, 'db' | 'writes'>): Experiments {
  const [ofRun, named] = [runFinder(db), nameFinder(db)]
  return {
    of: async ({ run, pipeline }) => {
      const found = ofRun(trackedRunId(run)) ?? named(pipeline)
      if (found !== undefined) return found
      try {
        const { id } = await writes.createExperiment({ name: pipeline })
        return id
      } catch (error) {
        const made = isProblem(error) && error.code === 'tracking_exists' ? named(pipeline) : undefined
        if (made === undefined) throw error
        return made
      }
    },
  }
}

type Find = (text: string) => string | undefined

function runFinder(db: Database): Find {
  const find = db
    .prepare<[string], string>(
      `SELECT CAST(e.id AS TEXT) FROM runs r JOIN experiments e ON e.id = r.experiment WHERE r.run_id = ? AND e.stage = 0`,
    )
    .pluck()
  return (run) => find.get(run)
}

function nameFinder(db: Database): Find {
  const find = db
    .prepare<[string], string>('SELECT CAST(id AS TEXT) FROM experiments WHERE name = ? AND stage = 0')
    .pluck()
  return (name) => find.get(name)
}
