import { Problem, isProblem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { checkLength } from '#core/tracking/index.ts'
import { invalid, isLatest, modelStage, REGISTRY_LIMITS } from './names.ts'
import { aliasedRow, newestRow } from './reads.ts'
import { openRunSources, type RunSources } from './run-source.ts'
import type { RegistryRows } from './rows.ts'
import type { VersionRow } from './version-rows.ts'

/** What a source stands for: where the files are, and what made them; '' where that is not known. */
export type Resolved = { readonly storage: string; readonly runId: string; readonly modelId: string }

/** A source of a version as parts of it say. */
export type ModelsUri =
  | { readonly kind: 'logged'; readonly modelId: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }

/** A text is decoded again so often before it is taken for an attack. */
const MOST_DECODINGS = 8

/**
 * Resolves the sources of versions on a connection. Throws Problem `not_found` for a model, version or run that is not
 * there, and `tracking_invalid` for paths of a machine, for paths with `..` however they are encoded, and for what is no
 * URI of models or runs.
 */
export function openSources(db: Database, rows: RegistryRows): (source: string) => Resolved {
  const runs = openRunSources(db)
  return (source) => {
    checkLength(source, REGISTRY_LIMITS.source, 'source')
    const scheme = schemeOf(source)
    if (scheme === undefined || scheme === 'file') throw localPath(source)
    checkPath(source)
    try {
      if (scheme === 'models') return resolveModels(rows, runs, parseModelsUri(source))
      if (scheme === 'runs') return runs.resolve(source)
    } catch (error) {
      throw unresolved(source, error)
    }
    return { storage: source, runId: '', modelId: '' }
  }
}

function resolveModels(rows: RegistryRows, runs: RunSources, uri: ModelsUri): Resolved {
  switch (uri.kind) {
    case 'logged':
      return runs.loggedModel(uri.modelId)
    case 'version':
      return rows.version(uri.name, uri.version)
    case 'latest':
      return newestRow(rows, uri.name)
    case 'stage':
      return inStage(rows, uri)
    case 'alias':
      return aliasedRow(rows, uri.name, uri.alias)
  }
}

function inStage(rows: RegistryRows, { name, stage }: { readonly name: string; readonly stage: string }): VersionRow {
  const asked = modelStage(stage)
  const found = rows.newest(rows.model(name).id).find((row) => row.stage === asked)
  if (found !== undefined) return found
  throw new Problem('not_found', `No versions of model with name '${name}' and stage '${asked}' found`)
}

/**
 * Reads `models:/m-ID`, `models:/NAME/VERSION`, `models:/NAME/latest`, `models:/NAME/STAGE` or `models:/NAME@ALIAS`. Throws
 * Problem `tracking_invalid` for others.
 */
export function parseModelsUri(uri: string): ModelsUri {
  const path = /^models:(?:\/\/)?\/([^/].*)$/is.exec(uri)?.[1]
  if (path === undefined) throw noModelsUri(uri)
  const [name = '', suffix, ...more] = path.split('/')
  if (name === '' || suffix === '' || more.length > 0) throw noModelsUri(uri)
  if (suffix === undefined) return withoutSuffix(uri, path)
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: Number(suffix) }
  return isLatest(suffix) ? { kind: 'latest', name } : { kind: 'stage', name, stage: suffix }
}

function withoutSuffix(uri: string, path: string): ModelsUri {
  const at = path.lastIndexOf('@')
  if (at < 0) return { kind: 'logged', modelId: path }
  const [name, alias] = [path.slice(0, at), path.slice(at + 1)]
  if (name === '' || alias === '') throw noModelsUri(uri)
  return { kind: 'alias', name, alias }
}

/** The scheme in small letters; none for a path, also one of Windows. */
function schemeOf(source: string): string | undefined {
  return /^([a-z][a-z\d+.-]+):/i.exec(source)?.[1]?.toLowerCase()
}

function checkPath(source: string): void {
  let text = source
  for (let turn = 0; ; turn += 1) {
    const bad = /[\p{Cc}\\]/u.test(text) || text.split(/[/?#]/).includes('..') || !text.isWellFormed()
    if (bad || turn > MOST_DECODINGS) throw relativePath(source)
    const decoded = decodeOnce(text)
    if (decoded === text) return
    text = decoded
  }
}

function decodeOnce(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

function unresolved(source: string, error: unknown): unknown {
  if (!isProblem(error)) return error
  const words = `Unable to fetch model from model URI source artifact location '${source}'. Error: ${error.message}`
  return new Problem(error.code, words, { cause: error })
}

function localPath(source: string): Problem {
  return invalid(
    `Invalid model version source: '${source}'. Files of this machine cannot be registered by their path: log the model to a run, and register it from there.`,
  )
}

function relativePath(source: string): Problem {
  return invalid(
    `Invalid model version source: '${source}'. A path in it must be absolute: without '..', backslashes and control characters, however they are encoded.`,
  )
}

function noModelsUri(uri: string): Problem {
  return invalid(
    `Not a proper models:/ URI: ${uri}. Write models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest, models:/NAME@ALIAS or models:/MODEL_ID.`,
  )
}
