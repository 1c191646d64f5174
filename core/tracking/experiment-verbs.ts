import type { ExperimentView } from '#core/contract/tracking.ts'
import { openExperimentList, type ExperimentQuery } from './experiment-list.ts'
import type { TrackingReader } from './read-jobs.ts'
import type { Tracking } from './tracking.ts'

/** JSON as UTF-8, made in another process. */
type Json = Promise<Uint8Array<ArrayBuffer>>
/** Tags to set; null takes one away. */
type Change = { readonly name?: string | undefined; readonly tags: Readonly<Record<string, string | null>> }

/** What pages do with experiments. Verbs throw Problem: `not_found`, `tracking_invalid`, `tracking_exists`. */
export type ExperimentVerbs = {
  listExperiments(query: ExperimentQuery): Json
  /** By id, or by name where that is no number. */
  experiment(idOrName: string): ExperimentView
  createExperiment(draft: {
    readonly name: string
    readonly tags: Readonly<Record<string, string>>
  }): Promise<ExperimentView>
  updateExperiment(idOrName: string, change: Change): Promise<ExperimentView>
  deleteExperiment(idOrName: string): Promise<void>
  restoreExperiment(id: string): Promise<ExperimentView>
  columns(experiments: readonly string[]): Json
}

/** The verbs over a reader of the same database. */
export function experimentVerbs({ db, writes }: Tracking, reader: TrackingReader): ExperimentVerbs {
  const { one } = openExperimentList(db)
  return {
    listExperiments: (query) => reader.json('experiments', query),
    experiment: one,
    createExperiment: async ({ name, tags }) => {
      const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }))
      return one((await writes.createExperiment({ name, tags: pairs })).id)
    },
    updateExperiment: async (idOrName, { name, tags }) => {
      const { id, tags: old } = one(idOrName)
      if (name !== undefined) await writes.renameExperiment(id, name)
      for (const [key, value] of Object.entries(tags)) {
        if (value !== null) await writes.setExperimentTag(id, { key, value })
        else if (Object.hasOwn(old, key)) await writes.deleteExperimentTag(id, key)
      }
      return one(id)
    },
    deleteExperiment: async (idOrName) => writes.deleteExperiment(one(idOrName).id),
    restoreExperiment: async (id) => {
      await writes.restoreExperiment(id)
      return one(id)
    },
    columns: (experiments) => reader.json('columns', experiments),
  }
}
