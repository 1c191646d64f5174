import { IMPORTED_FROM } from '#core/tracking/index.ts'
import { skip, unlessRefused, type ImportState } from './import-state.ts'
import type { SourceAlias, SourceModel, SourceRegistered, SourceVersion } from './item.ts'

/** Keeps a logged model under its id; one that is here is left as it is. */
export async function importModel(state: ImportState, item: SourceModel): Promise<void> {
  const { deps, experiments, models, runs, dryRun } = state
  const { kind: _kind, id, experimentId, ...rest } = item
  if (!/^m-[0-9a-f]{32}$/.test(id)) return skip(state, `model ${id}`, 'its id is not m- and 32 hexadecimal digits')
  const known = deps.imports.loggedModel(id)
  if (known !== undefined) return void models.set(id, known)
  const experiment = experiments.get(experimentId)
  if (experiment === undefined || experiment.fault !== undefined) {
    return skip(state, `model ${id}`, experiment?.fault ?? 'its experiment was not taken in')
  }
  const sourceRunId = runs.get(item.sourceRunId)?.id ?? item.sourceRunId
  const uri =
    dryRun || experiment.id === null
      ? ''
      : await unlessRefused(state, `model ${id}`, () =>
          deps.imports.putLoggedModel({ ...rest, id, sourceRunId, experimentId: experiment.id ?? '' }),
        )
  if (uri === undefined) return
  models.set(id, uri)
}

/** Makes a registered model; one of the same name is left as it is, and takes further versions. */
export async function importRegistered(state: ImportState, item: SourceRegistered): Promise<void> {
  const { deps, dryRun } = state
  const { name } = item
  if (/[/:]/.test(name)) return skip(state, `registered model ${name}`, 'a name cannot have / or : here')
  if (deps.registryImport.hasModel(name)) return
  if (!dryRun) {
    const made = await unlessRefused(state, `registered model ${name}`, () =>
      deps.registry.createModel({ name, ...(item.description === '' ? {} : { description: item.description }) }),
    )
    if (made === undefined) return
    for (const tag of item.tags) {
      await unlessRefused(state, `tag ${tag.key} of ${name}`, () => deps.registry.setModelTag(name, tag))
    }
    if (item.createdAt > 0) await deps.registryImport.setModelTimes(name, item)
  }
  state.count.models += 1
}

/** Keeps a version whose files belong to a run or a logged model that is here. */
export async function importVersion(state: ImportState, item: SourceVersion): Promise<void> {
  const { deps, dryRun, versions, count } = state
  const what = `version ${item.version} of ${item.name}`
  const mark = `${state.source}#${item.name}/${item.version}`
  if (/[/:]/.test(item.name)) return skip(state, what, 'its model was not taken in')
  const before = deps.registryImport.versionFrom(item.name, mark)
  if (before !== undefined) return void versions.set(`${item.name}/${item.version}`, before)
  const source = sourceHere(state, item)
  if (source === undefined)
    return skip(state, what, `its files (${item.source}) belong to no run or model that was taken in`)
  if (item.version < 1) return skip(state, what, 'versions count from 1')
  const number = dryRun ? item.version : await putVersion(state, item, { source, mark, what })
  if (number === undefined) return
  versions.set(`${item.name}/${item.version}`, number)
  count.versions += 1
  if (number !== item.version) skip(state, what, `its number is taken here: it is kept as version ${number}`)
}

type Kept = { readonly source: string; readonly mark: string; readonly what: string }

async function putVersion(state: ImportState, item: SourceVersion, kept: Kept): Promise<number | undefined> {
  const { kind: _kind, ...rest } = item
  const runId = state.runs.get(item.runId)?.id ?? ''
  const modelId = state.models.has(item.modelId) ? item.modelId : ''
  const tags = [...item.tags, { key: IMPORTED_FROM, value: kept.mark }]
  return unlessRefused(state, kept.what, () =>
    state.deps.registryImport.putVersion({ ...rest, source: kept.source, runId, modelId, tags }),
  )
}

/** An alias follows its version; one that is here stays. */
export async function importAlias(state: ImportState, { name, alias, version }: SourceAlias): Promise<void> {
  const number = state.versions.get(`${name}/${version}`)
  if (number === undefined || state.dryRun) return
  const { registry } = state.deps
  if (state.deps.registryImport.hasAlias(name, alias)) return
  await unlessRefused(state, `alias ${alias} of ${name}`, () => registry.setAlias(name, alias, number))
}

/** What the source of a version means here: a logged model, or a folder of a run. */
function sourceHere({ models, runs }: ImportState, { source, modelId }: SourceVersion): string | undefined {
  const named = [modelId, ...(/(?:^models:\/+|\/)(m-[0-9a-f]{32})(?:$|\/artifacts\/?$)/.exec(source)?.slice(1) ?? [])]
  const model = named.find((id) => models.has(id))
  if (model !== undefined) return `models:/${model}`
  const [, run = '', path = ''] =
    /^runs:\/+([^/]+)\/?(.*)$/s.exec(source) ?? /\/([^/]+)\/artifacts(?:\/(.*))?$/s.exec(source) ?? []
  const found = runs.get(run)
  return found === undefined ? undefined : `runs:/${found.id}${path === '' ? '' : `/${path}`}`
}
