import { IMPORTED_FROM } from '#core/tracking/index.ts'
import { unlessRefused, type ImportState } from './import-state.ts'
import type { SourceExperiment } from './item.ts'

/** The tag of one that is to go to the trash in the end: an import that is cut off is finished by the next one. */
const GOING = 'minisub.import_unfinished'

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
    const isGoing = !dryRun && before !== undefined && isUnfinished(state, before.id)
    experiments.set(key, { name, id: known ?? null, isNew: known === undefined, isGoing, runs: 0 })
    return
  }
  const isGoing = item.stage === 'deleted'
  const tags = [{ key: IMPORTED_FROM, value: mark }, ...(isGoing ? [{ key: GOING, value: 'true' }] : [])]
  const made = await unlessRefused(state, `experiment ${name}`, () =>
    deps.tracking.writes.createExperiment({ name, tags }),
  )
  if (made === undefined) return
  experiments.set(key, { name, id: made.id, isNew: true, isGoing, runs: 0 })
  for (const tag of item.tags) {
    await unlessRefused(state, `tag ${tag.key} of ${name}`, () => deps.tracking.writes.setExperimentTag(made.id, tag))
  }
  if (item.createdAt > 0) await deps.imports.setExperimentTimes(made.id, item)
}

/** What was deleted there is put into the trash here, where this import made it. */
export async function endExperiment(state: ImportState, key: string): Promise<void> {
  const found = state.experiments.get(key)
  if (found?.id == null || !found.isGoing) return
  const { writes } = state.deps.tracking
  // In one transaction.
  await Promise.all([writes.deleteExperimentTag(found.id, GOING), writes.deleteExperiment(found.id)])
}

function isUnfinished({ deps }: ImportState, id: string): boolean {
  return deps.tracking.reads.experiment(id).tags.some(({ key }) => key === GOING)
}
