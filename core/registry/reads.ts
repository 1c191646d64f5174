import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import type { Search } from '#core/tracking/index.ts'
import { checkAlias, invalid, isLatest, modelStage } from './names.ts'
import { openRegistryRows, type RegistryRows } from './rows.ts'
import { searchModels, searchVersions } from './search.ts'
import type { RegistryReads } from './types.ts'
import { versionLists } from './version-lists.ts'
import type { VersionRow } from './version-rows.ts'

/** Reads of the registry on any connection to the database of tracking. */
export function openRegistryReads(db: Database): RegistryReads {
  const rows = openRegistryRows(db)
  const { whole } = rows
  const lists = versionLists(db, rows)
  // Its statements see the same: beside the writer that takes a transaction, the writer itself is alone.
  const read = <Given extends unknown[], Result>(work: (...given: Given) => Result): ((...given: Given) => Result) =>
    db.readonly ? db.transaction(work) : work
  return {
    model: read((name: string) => rows.wholeModel(rows.model(name))),
    models: read((search: Search) => searchModels(db, rows, search)),
    version: read((name: string, version: number) => whole(rows.version(name, version))),
    versions: read((search: Search) => searchVersions(db, rows, search)),
    latestVersions: read((name: string, stages: readonly string[]) => {
      const asked = new Set(stages.map(modelStage))
      const newest = rows.newest(rows.model(name).id)
      return newest.filter(({ stage }) => asked.size === 0 || asked.has(stage)).map(whole)
    }),
    versionByAlias: read((name: string, alias: string) => whole(aliasedRow(rows, name, alias))),
    downloadUri: read((name: string, version: number) => rows.version(name, version).storage),
    versionsOf: read(lists.versionsOf),
    versionCounts: read(lists.versionCounts),
    versionNumber: read(lists.versionNumber),
  }
}

/**
 * The version that an alias of a model stands for, or the newest one for `latest`. Throws Problem `not_found` for an
 * unknown model and where there is no version, `tracking_invalid` for an alias that is not there.
 */
export function aliasedRow(rows: RegistryRows, name: string, alias: string): VersionRow {
  checkAlias(alias)
  const { id } = rows.model(name)
  if (isLatest(alias)) return newestRow(rows, name)
  const found = rows.aliased(id, alias)
  if (found === undefined) throw invalid(`Registered model alias ${alias} not found.`)
  return found
}

/** The version of a model with the greatest number. Throws Problem `not_found`. */
export function newestRow(rows: RegistryRows, name: string): VersionRow {
  const newest = rows.newest(rows.model(name).id).at(-1)
  if (newest === undefined)
    throw new Problem('not_found', `Latest version not found for model ${name}: it has none yet`)
  return newest
}
