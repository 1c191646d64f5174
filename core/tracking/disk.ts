import type { TrackingDisk } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { openDiskOwners } from './disk-owners.ts'
import { openPurgePlan } from './purge-plan.ts'

/** So many runs are told of. */
const MOST_RUNS = 50

type Experiments = TrackingDisk['experiments']
type Runs = TrackingDisk['runs']

/** Prepares the account of what is kept on disk, on any connection. It looks at every file, so it may take long. */
export function openDisk(db: Database): (query: { readonly others: readonly string[] }) => TrackingDisk {
  const ownersOf = openDiskOwners(db)
  const plan = openPurgePlan(db)
  return ({ others }) => {
    const owners = ownersOf()
    const { bytes, ...trash } = plan({ before: Number.MAX_SAFE_INTEGER, others })
    return {
      databaseBytes:
        Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true })),
      artifactBytes: owners.bytes,
      trash: { experiments: trash.experiments.length, runs: trash.runs.length, models: trash.models.length, bytes },
      experiments: biggest<Experiments[number]>([...owners.experiments.values()]),
      runs: biggest<Runs[number]>([...owners.runs.values()]).slice(0, MOST_RUNS),
    }
  }
}

function biggest<Owner extends { readonly id: string; readonly bytes: number }>(owners: Owner[]): Owner[] {
  return owners.toSorted((one, other) => other.bytes - one.bytes || one.id.localeCompare(other.id))
}
