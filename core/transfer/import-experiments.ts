import { IMPORTED_FROM } from '#core/tracking/index.ts'
import { unlessRefused, type ImportState } from './import-state.ts'
import type { SourceExperiment } from './item.ts'

/** Finds or makes the experiment: the one that came before, else an active one of the name. */
export async function importExperiment(state: ImportState, item: SourceExperiment): Promise<void> {
  const { deps, dryRun, experiments } = state
  const { key, name } = item
  const mark = `${state.source}#${key}`
  const before = deps.imports.experimentFrom(mark)
  if (before?.stage === 'deleted') {
    experiments.set(key, {
      name,
      id: before.id,
      isNew: false,
      isGoing: false,
      fault: `experiment ${name} is in the trash here`,
      runs: 0,
    })
    return
  }
  const known = before?.id ?? deps.imports.experimentNamed(name)
  if (known !== undefined || dryRun) {
    experiments.set(key, { name, id: known ?? null, isNew: known === undefined, isGoing: false, runs: 0 })
    return
  }
  const made = await unlessRefused(state, `experiment ${name}`, () =>
    deps.tracking.writes.createExperiment({ name, tags: [{ key: IMPORTED_FROM, value: mark }] }),
  )
  if (made === undefined) return
  experiments.set(key, { name, id: made.id, isNew: true, isGoing: item.stage === 'deleted', runs: 0 })
  for (const tag of item.tags) {
    await unlessRefused(state, `tag ${tag.key} of ${name}`, () => deps.tracking.writes.setExperimentTag(made.id, tag))
  }
  if (item.createdAt > 0) await deps.imports.setExperimentTimes(made.id, item)
}

/** What was deleted there is put into the trash here, where this import made it. */
export async function endExperiment(state: ImportState, key: string): Promise<void> {
  const found = state.experiments.get(key)
  if (found?.id == null || !found.isGoing) return
  await state.deps.tracking.writes.deleteExperiment(found.id)
}
