import type { TrackingDisk } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { rootOf } from './purge-holds.ts'
import { stageOf } from './run-info.ts'

type Experiment = TrackingDisk['experiments'][number]
type Run = TrackingDisk['runs'][number]
type Bytes = { bytes: number; ownBytes: number }
/** Whose a file is: perhaps a run, perhaps an experiment. */
type Owner = { readonly run: Run | undefined; readonly experiment: Experiment | undefined }

/** Everything that has files, with how many bytes; `bytes` of all together counts equal files once. */
type DiskOwners = {
  readonly bytes: number
  readonly experiments: ReadonlyMap<string, Experiment>
  readonly runs: ReadonlyMap<string, Run>
}

type Child = {
  readonly name: string
  readonly title: string
  readonly uri: string
  readonly experiment: string
  readonly stage: number
}

/** Prepares the account of files by runs and experiments, on any connection. Each file is looked at. */
export function openDiskOwners(db: Database): () => DiskOwners {
  const files = db
    .prepare<[], readonly [path: string, sha256: string, size: number]>(
      'SELECT path, sha256, size FROM artifacts ORDER BY path',
    )
    .raw()
  const equal = db.prepare<[], string>('SELECT sha256 FROM artifacts GROUP BY sha256 HAVING count(*) > 1').pluck()
  const readOwners = openOwners(db)
  return () => {
    const { experiments, runs, roots } = readOwners()
    const shared = new Map<string, { size: number; owners: Owner[] }>(
      equal.all().map((sha256) => [sha256, { size: 0, owners: [] }]),
    )
    const ownerOf = ownerFinder(roots)
    let bytes = 0
    for (const [path, sha256, size] of files.iterate()) {
      const owner = ownerOf(path)
      const together = shared.get(sha256)
      if (together === undefined) {
        bytes += size
        add([owner.run, owner.experiment], size, true)
      } else {
        together.size = size
        together.owners.push(owner)
      }
    }
    for (const { size, owners } of shared.values()) {
      bytes += size
      for (const kind of ['run', 'experiment'] as const) {
        const each = new Set(owners.map((owner) => owner[kind]))
        add([...each], size, each.size === 1)
      }
    }
    return { bytes, experiments, runs }
  }
}

function add(owners: readonly (Bytes | undefined)[], size: number, isOwn: boolean): void {
  for (const owner of owners) {
    if (owner === undefined) continue
    owner.bytes += size
    if (isOwn) owner.ownBytes += size
  }
}

type Owners = Omit<DiskOwners, 'bytes'> & { readonly roots: ReadonlyMap<string, Owner> }

function openOwners(db: Database): () => Owners {
  const parents = db.prepare<[], { name: string; title: string; uri: string; stage: number; runs: number }>(
    `SELECT CAST(e.id AS TEXT) AS name, e.name AS title, e.artifact_location AS uri, e.stage,
       (SELECT count(*) FROM runs r WHERE r.experiment = e.id) AS runs FROM experiments e`,
  )
  const children = (table: 'runs' | 'logged_models', id: 'run_id' | 'model_id') =>
    db.prepare<[], Child>(
      `SELECT ${id} AS name, name AS title, artifact_uri AS uri, CAST(experiment AS TEXT) AS experiment, stage FROM ${table}`,
    )
  const [allRuns, allModels] = [children('runs', 'run_id'), children('logged_models', 'model_id')]
  return () => {
    const experiments = new Map<string, Experiment>()
    const [runs, roots] = [new Map<string, Run>(), new Map<string, Owner>()]
    for (const { name, title, uri, stage, runs: count } of parents.iterate()) {
      const experiment = { id: name, name: title, stage: stageOf(stage), runs: count, bytes: 0, ownBytes: 0 }
      experiments.set(name, experiment)
      roots.set(rootOf({ name, uri }), { run: undefined, experiment })
    }
    for (const { name, title, uri, experiment, stage } of allRuns.iterate()) {
      const run = { id: name, name: title, experiment, stage: stageOf(stage), bytes: 0, ownBytes: 0 }
      runs.set(name, run)
      roots.set(rootOf({ name, uri }), { run, experiment: experiments.get(experiment) })
    }
    for (const { name, uri, experiment } of allModels.iterate()) {
      roots.set(rootOf({ name, uri }), { run: undefined, experiment: experiments.get(experiment) })
    }
    return { experiments, runs, roots }
  }
}

const NOBODY: Owner = { run: undefined, experiment: undefined }

/** Finds the innermost folder of somebody that a path is in; paths come in their order. */
function ownerFinder(roots: ReadonlyMap<string, Owner>): (path: string) => Owner {
  let [folder, owner] = ['', NOBODY]
  return (path) => {
    const end = path.lastIndexOf('/')
    const own = end < 0 ? '' : path.slice(0, end)
    if (own !== folder) [folder, owner] = [own, innermost(roots, own)]
    return owner
  }
}

function innermost(roots: ReadonlyMap<string, Owner>, folder: string): Owner {
  for (let path = folder; path !== ''; path = path.slice(0, Math.max(path.lastIndexOf('/'), 0))) {
    const owner = roots.get(path)
    if (owner !== undefined) return owner
  }
  return NOBODY
}
