import { isProblem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { artifactRoot } from '#core/wire/index.ts'

/** What is to be deleted for good, as its row has it: `id` is the number of the row, `name` the id that clients know. */
export type Doomed = { readonly id: number; readonly name: string; readonly uri: string }

/** Why something in the trash must stay; undefined where nothing needs it. */
export type Holds = {
  run(doomed: Doomed): string | undefined
  model(doomed: Doomed): string | undefined
}

type Version = { readonly model: string; readonly version: number }

/** Prepares the look-ups on any connection. */
export function openHolds(db: Database): Holds {
  const versionIn = openVersionIn(db)
  const experiments = db.prepare<[], { name: string; location: string }>(
    `SELECT name, artifact_location AS location FROM experiments WHERE ${ELSEWHERE}`,
  )
  const holder = (column: 'run_id' | 'model_id') => {
    const find = db.prepare<[string], Version>(
      `SELECT m.name AS model, v.version FROM model_versions v JOIN registered_models m ON m.id = v.model
       WHERE v.${column} = ? LIMIT 1`,
    )
    return (doomed: Doomed): string | undefined => {
      const root = rootOf(doomed)
      const found = find.get(doomed.name) ?? versionIn(root === '' ? doomed.uri : canonical(root))
      if (found !== undefined) return `version ${found.version} of the model ${found.model} names it`
      if (root === '') return undefined
      const inner = experiments.all().find(({ location }) => isIn(root, artifactRoot(location)))
      return inner === undefined ? undefined : `the experiment ${inner.name} keeps its files in its folder`
    }
  }
  return { run: holder('run_id'), model: holder('model_id') }
}

/** Experiments here that do not have the location that is given to them: the condition of an index. */
const ELSEWHERE = `artifact_location GLOB 'mlflow-artifacts:*' AND artifact_location <> 'mlflow-artifacts:/' || id`
/** Storages here that may be written otherwise than `canonical` would: the condition of an index. */
const ODD = `storage GLOB 'mlflow-artifacts:*' AND (storage GLOB '*/[./]*' OR storage NOT GLOB 'mlflow-artifacts:/*')`

/** Finds a version whose files are at a canonical URI or below it, however its own is written. */
function openVersionIn(db: Database): (uri: string) => Version | undefined {
  const select = `SELECT m.name AS model, v.version, storage FROM model_versions v JOIN registered_models m ON m.id = v.model`
  // `0` is what follows `/`.
  const plain = db.prepare<[string, string, string], Version>(
    `${select} WHERE storage = ? OR (storage >= ? AND storage < ?) LIMIT 1`,
  )
  const odd = db.prepare<[], Version & { storage: string }>(`${select} WHERE ${ODD}`)
  return (uri) =>
    plain.get(uri, `${uri}/`, `${uri}0`) ??
    odd.all().find(({ storage }) => uri.startsWith(SCHEME) && isIn(artifactRoot(uri), readableRoot(storage)))
}

const SCHEME = 'mlflow-artifacts:'

function canonical(root: string): string {
  return `${SCHEME}/${root}`
}

/** Of a URI that somebody registered; one that is refused names nothing. */
function readableRoot(uri: string): string {
  try {
    return artifactRoot(uri)
  } catch (error) {
    if (isProblem(error)) return ''
    throw error
  }
}

function isIn(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** The folder that holds all files of a run or a logged model; '' where they are in another store. */
export function rootOf({ name, uri }: Omit<Doomed, 'id'>): string {
  if (!uri.startsWith(SCHEME)) return ''
  const root = artifactRoot(uri)
  return root === `${name}/artifacts` || root.endsWith(`/${name}/artifacts`)
    ? root.slice(0, -'/artifacts'.length)
    : root
}

/**
 * The folder that holds all files of an experiment; '' where they are in another store, or where something else may have
 * files there too.
 */
export function openExperimentRoots(db: Database): (id: number, uri: string) => string {
  const versionIn = openVersionIn(db)
  const others = db
    .prepare<[number], string>(
      "SELECT artifact_location FROM experiments WHERE id <> ? AND artifact_location LIKE 'mlflow-artifacts:%'",
    )
    .pluck()
  const held = db
    .prepare<{ id: number; from: string; below: string }>(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM runs WHERE experiment <> :id AND artifact_uri >= :from AND artifact_uri < :below)
       OR EXISTS (SELECT 1 FROM logged_models WHERE experiment <> :id AND artifact_uri >= :from AND artifact_uri < :below)`,
    )
    .pluck()
  return (id, uri) => {
    const root = uri.startsWith(SCHEME) ? artifactRoot(uri) : ''
    if (root === '') return ''
    const isShared = others.all(id).some((other) => overlaps(artifactRoot(other), root))
    const isHeld = held.get({ id, from: `${uri}/`, below: `${uri}0` }) !== undefined
    return isShared || isHeld || versionIn(canonical(root)) !== undefined ? '' : root
  }
}

function overlaps(one: string, other: string): boolean {
  return one === '' || isIn(one, other) || isIn(other, one)
}
