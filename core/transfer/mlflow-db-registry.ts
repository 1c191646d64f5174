import type { Item } from './item.ts'
import type { Rows } from './mlflow-db-rows.ts'
import { textOf, timeOf, wholeOf } from './values.ts'

/** The registered models of a database of MLflow, with their versions and aliases. */
export function* registryItems(rows: Rows): Generator<Item> {
  const tags = rows.pairs('registered_model_tags', 'name')
  const aliases = rows.of('registered_model_aliases', 'name')
  for (const row of rows.all('registered_models', 'name')) {
    const name = textOf(row['name'])
    const createdAt = timeOf(row['creation_time'], 0)
    const updatedAt = timeOf(row['last_updated_time'], createdAt)
    yield { kind: 'registered', name, description: textOf(row['description']), createdAt, updatedAt, tags: tags(name) }
    yield* versionItems(rows, name)
    for (const alias of aliases(name)) {
      yield { kind: 'alias', name, alias: textOf(alias['alias']), version: wholeOf(alias['version'], 0) }
    }
  }
}

function* versionItems(rows: Rows, name: string): Generator<Item> {
  const tags = rows.of('model_version_tags', 'name')(name)
  const versions = rows.of('model_versions', 'name')(name)
  for (const row of versions.toSorted((a, b) => wholeOf(a['version'], 0) - wholeOf(b['version'], 0))) {
    const version = wholeOf(row['version'], 0)
    const createdAt = timeOf(row['creation_time'], 0)
    yield {
      kind: 'version',
      name,
      version,
      description: textOf(row['description']),
      createdAt,
      updatedAt: timeOf(row['last_updated_time'], createdAt),
      stage: textOf(row['current_stage'], 'None') || 'None',
      source: textOf(row['storage_location']) || textOf(row['source']),
      runId: textOf(row['run_id']),
      runLink: textOf(row['run_link']),
      modelId: textOf(row['model_id']),
      userId: textOf(row['user_id']),
      tags: tags
        .filter((tag) => wholeOf(tag['version'], 0) === version)
        .map((tag) => ({ key: textOf(tag['key']), value: textOf(tag['value']) })),
    }
  }
}
