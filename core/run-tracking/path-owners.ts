import type { Database } from '#core/store/index.ts'
import { artifactRoot } from '#core/tracking/index.ts'

/** Whose files lie at a path from the root of all artifacts. */
export type PathOwners = {
  /** Whether it is, or lies below, the root of a run or of a logged model that `may` accepts. */
  isOf(path: string, may: { run(id: string): boolean; model(id: string): boolean }): boolean
  /** Whether it is, or lies below, what a version of a registered model is kept at. */
  isRegistered(path: string): boolean
  /** The root of an experiment. */
  rootOf(experiment: string): string
}

const MODEL = /^m-[0-9a-f]{32}$/

/** Prepares the looks. */
export function openPathOwners(db: Database): PathOwners {
  const runUri = db.prepare<[string], string>('SELECT artifact_uri FROM runs WHERE run_id = ?').pluck()
  const modelUri = db.prepare<[string], string>('SELECT artifact_uri FROM logged_models WHERE model_id = ?').pluck()
  const location = db.prepare<[string], string>('SELECT artifact_location FROM experiments WHERE id = ?').pluck()
  const storage = db.prepare<[string]>('SELECT 1 FROM model_versions WHERE storage = ? LIMIT 1')
  return {
    isOf: (path, may) =>
      path.split('/').some((name) => {
        const isModel = MODEL.test(name)
        const uri = isModel ? modelUri.get(name) : runUri.get(name)
        return uri !== undefined && isBelow(path, uri) && (isModel ? may.model(name) : may.run(name))
      }),
    isRegistered: (path) => foldersOf(path).some((folder) => storage.get(`mlflow-artifacts:/${folder}`) !== undefined),
    rootOf: (experiment) => rootOr(location.get(experiment) ?? ''),
  }
}

function isBelow(path: string, uri: string): boolean {
  const root = rootOr(uri)
  return path === root || path.startsWith(`${root}/`)
}

/** Artifacts of another store are not kept here: no path is below them. */
function rootOr(uri: string): string {
  return uri.startsWith('mlflow-artifacts:') ? artifactRoot(uri) : '\0'
}

/** `a`, `a/b`, `a/b/c` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}
