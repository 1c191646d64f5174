import type { PushedPipeline } from '#core/pipelines/index.ts'
import type { Store } from '#core/store/index.ts'

/** Versions of one schedule that are kept: Workflows of earlier ones are known as runs long since. */
const KEPT_VERSIONS = 20

/** How a cluster has a schedule. */
export type Applied = 'on' | 'paused'

/** One thing that a schedule has given to a cluster. Times are epoch ms. */
export type Version = {
  readonly schedule: string
  /** Later ones sort after earlier ones. */
  readonly version: string
  readonly pushed: PushedPipeline
  readonly madeAt: number
  /** Null where the cluster may not have it yet. */
  readonly applied: Applied | null
}

type RawVersion = Omit<Version, 'pushed'> & { readonly pushed: string }

const VERSION = 'SELECT schedule, version, pushed, made_at AS madeAt, applied FROM schedule_versions'

/** All SQL of what clusters were given of schedules. */
export type VersionStore = ReturnType<typeof versionStore>

export function versionStore({ db }: Store) {
  const insert = db.prepare(
    'INSERT INTO schedule_versions (schedule, version, pushed, made_at) VALUES (@schedule, @version, @pushed, @madeAt)',
  )
  const prune = db.prepare(
    `DELETE FROM schedule_versions WHERE schedule = ? AND version NOT IN
      (SELECT version FROM schedule_versions WHERE schedule = ? ORDER BY version DESC LIMIT ${KEPT_VERSIONS})`,
  )
  const all = db.prepare<[string], RawVersion>(`${VERSION} WHERE schedule = ? ORDER BY version DESC`)
  const latest = db.prepare<[string], RawVersion>(`${VERSION} WHERE schedule = ? ORDER BY version DESC LIMIT 1`)
  const one = db.prepare<[string, string], RawVersion>(`${VERSION} WHERE schedule = ? AND version = ?`)
  const apply = db.prepare('UPDATE schedule_versions SET applied = ? WHERE schedule = ? AND version = ?')
  const forget = db.prepare('DELETE FROM schedule_versions WHERE schedule = ? AND version = ?')
  const orphans = db.prepare<[], { schedule: string }>(
    'SELECT DISTINCT schedule FROM schedule_versions WHERE schedule NOT IN (SELECT id FROM schedules)',
  )
  return {
    /** Writes what a cluster is about to be given. */
    insert({ schedule, version, pushed, madeAt }: Omit<Version, 'applied'>): void {
      insert.run({ schedule, version, pushed: JSON.stringify(pushed), madeAt })
      prune.run(schedule, schedule)
    },
    /** Newest first. */
    all: (schedule: string): Version[] => all.all(schedule).map(read),
    latest: (schedule: string): Version | undefined => mapped(latest.get(schedule)),
    get: (schedule: string, version: string): Version | undefined => mapped(one.get(schedule, version)),
    setApplied: ({ schedule, version }: Pick<Version, 'schedule' | 'version'>, applied: Applied | null): void =>
      void apply.run(applied, schedule, version),
    forget: ({ schedule, version }: Pick<Version, 'schedule' | 'version'>): void => void forget.run(schedule, version),
    /** Schedules that are deleted here, and that a cluster may still have. */
    orphans: (): string[] => orphans.all().map(({ schedule }) => schedule),
  }
}

function mapped(raw: RawVersion | undefined): Version | undefined {
  return raw === undefined ? undefined : read(raw)
}

function read({ pushed, ...raw }: RawVersion): Version {
  return { ...raw, pushed: JSON.parse(pushed) as PushedPipeline }
}
