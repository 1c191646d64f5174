import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { checkAlias, isLatest } from './names.ts'
import type { RegistryRows } from './rows.ts'
import type { RegistryReads } from './types.ts'
import { VERSION_COLUMNS, type VersionRow } from './version-rows.ts'

type Count = { readonly name: string; readonly versions: number; readonly latest: number | null }

/** Reads of versions by number, and what a text of an address stands for. */
export function versionLists(
  db: Database,
  rows: RegistryRows,
): Pick<RegistryReads, 'versionsOf' | 'versionCounts' | 'versionNumber'> {
  const below = db.prepare<[number, number, number], VersionRow>(
    `SELECT ${VERSION_COLUMNS} WHERE v.model = ? AND v.version < ? ORDER BY v.version DESC LIMIT ?`,
  )
  const counts = db.prepare<[string], Count>(
    `SELECT m.name, count(v.version) AS versions, max(v.version) AS latest
     FROM registered_models m LEFT JOIN model_versions v ON v.model = m.id
     WHERE m.project = 'default' AND m.name IN (SELECT value FROM json_each(?)) GROUP BY m.id`,
  )
  return {
    versionsOf: (name, { most, before = Number.MAX_SAFE_INTEGER }) =>
      below.all(rows.model(name).id, before, most).map(rows.whole),
    versionCounts: (names) =>
      new Map(counts.all(JSON.stringify(names)).map(({ name, ...count }) => [name, count] as const)),
    versionNumber: (name, which) => {
      const alias = which.startsWith('@') ? which.slice(1) : undefined
      if (!isLatest(alias ?? which))
        return alias === undefined ? numbered(rows, name, which) : aliased(rows, name, alias)
      const [newest] = below.all(rows.model(name).id, Number.MAX_SAFE_INTEGER, 1)
      if (newest !== undefined) return newest.version
      throw new Problem('not_found', `the model ${name} has no version yet: log a model and register it as ${name}`)
    },
  }
}

function aliased(rows: RegistryRows, name: string, alias: string): number {
  checkAlias(alias)
  const found = rows.aliased(rows.model(name).id, alias)
  if (found !== undefined) return found.version
  throw new Problem('not_found', `the model ${name} has no alias "${alias}": see \`minisub models show\`, or set it`)
}

function numbered(rows: RegistryRows, name: string, text: string): number {
  const version = Number(text)
  if (/^\d{1,15}$/.test(text)) return rows.version(name, version).version
  throw new Problem('invalid_request', `"${text}" is no version: give a number, an alias as @name, or latest`)
}
