import type { ClusterLogLine } from '#core/contract/local-clusters.ts'
import type { Store } from '#core/store/index.ts'
import type { StoredCluster, StoredJob } from './types.ts'

/** All SQL of local clusters and their jobs. */
export type ClusterStore = {
  /** In the order of their names. */
  clusters(): StoredCluster[]
  cluster(name: string): StoredCluster | undefined
  putCluster(row: StoredCluster): void
  /** With its jobs and their logs, but for those of `keepJob`; and what was kept so of others that went long ago. */
  forget(name: string, keepJob: string): void
  /** Drops the oldest of its jobs and their logs: some stay. */
  dropJobs(cluster: string): void
  putJob(job: StoredJob): void
  job(id: string): StoredJob | undefined
  latestJob(cluster: string): StoredJob | undefined
  /** Those that no core has ended. */
  runningJobs(): StoredJob[]
  /** A log has an end: what comes after some thousand lines is left out. */
  appendLog(job: string, line: ClusterLogLine): void
  readLog(job: string, from: number, limit: number): ClusterLogLine[]
  /** The last lines, oldest first. */
  lastLog(job: string, limit: number): ClusterLogLine[]
  /** Runs a function in one transaction. */
  transaction<Result>(work: () => Result): Result
}

type Row = { readonly body: string }

const KEPT_JOBS = 20
/** So long the last job of a cluster that is gone can be read. */
const KEPT_MS = 24 * 60 * 60 * 1_000

/** The rows in a store. A cluster and a job are one JSON document each, with what is searched for beside it. */
export function clusterStore(store: Store): ClusterStore {
  const { db } = store
  const all = db.prepare<[], Row>(`SELECT body FROM local_clusters WHERE project = 'default' ORDER BY name`)
  const one = db.prepare<[string], Row>(`SELECT body FROM local_clusters WHERE project = 'default' AND name = ?`)
  const put = db.prepare<[string, string]>(
    `INSERT INTO local_clusters (name, project, created_by, body) VALUES (?, 'default', 'local', ?)
     ON CONFLICT (project, name) DO UPDATE SET body = excluded.body`,
  )
  const remove = db.prepare<[string]>(`DELETE FROM local_clusters WHERE project = 'default' AND name = ?`)
  const putJob = db.prepare<[string, string, string, string]>(
    `INSERT INTO cluster_jobs (id, project, created_by, cluster, status, body) VALUES (?, 'default', 'local', ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, body = excluded.body`,
  )
  const job = db.prepare<[string], Row>(`SELECT body FROM cluster_jobs WHERE id = ?`)
  const latest = db.prepare<[string], Row>(`SELECT body FROM cluster_jobs WHERE cluster = ? ORDER BY id DESC LIMIT 1`)
  const running = db.prepare<[], Row>(`SELECT body FROM cluster_jobs WHERE status = 'running' ORDER BY id`)
  const forgetJobs = db.prepare<[string, string]>(`DELETE FROM cluster_jobs WHERE cluster = ? AND id <> ?`)
  const forgetOld = db.prepare<[number]>(
    `DELETE FROM cluster_jobs WHERE status <> 'running' AND json_extract(body, '$.endedAt') < ?
     AND cluster NOT IN (SELECT name FROM local_clusters)`,
  )
  const dropOld = db.prepare<[string, string]>(
    `DELETE FROM cluster_jobs WHERE cluster = ? AND status <> 'running' AND id NOT IN
     (SELECT id FROM cluster_jobs WHERE cluster = ? ORDER BY id DESC LIMIT ${KEPT_JOBS - 1})`,
  )
  const log = jobLog(store)
  return {
    clusters: () => all.all().map(clusterIn),
    cluster: (name) => one.all(name).map(clusterIn)[0],
    putCluster: (row) => void put.run(row.name, JSON.stringify(row)),
    forget: (name, keepJob) =>
      store.transaction(() => {
        remove.run(name)
        forgetJobs.run(name, keepJob)
        forgetOld.run(Date.now() - KEPT_MS)
        log.prune()
      }),
    dropJobs: (cluster) => {
      if (dropOld.run(cluster, cluster).changes > 0) log.prune()
    },
    putJob: (row) => void putJob.run(row.id, row.cluster, row.status, JSON.stringify(row)),
    job: (id) => job.all(id).map(jobIn)[0],
    latestJob: (cluster) => latest.all(cluster).map(jobIn)[0],
    runningJobs: () => running.all().map(jobIn),
    appendLog: log.append,
    readLog: log.read,
    lastLog: log.last,
    transaction: (work) => store.transaction(work),
  }
}

type JobLog = { readonly [Verb in 'append' | 'read' | 'last']: ClusterStore[`${Verb}Log`] } & {
  /** Forgets logs of jobs that are no more. */
  prune(): void
}

const MOST_LINES = 10_000

function jobLog({ db }: Store): JobLog {
  const prune = db.prepare(`DELETE FROM cluster_job_log WHERE job NOT IN (SELECT id FROM cluster_jobs)`)
  const append = db.prepare<[string, number, string, string, string]>(
    `INSERT INTO cluster_job_log (job, seq, at, step, text)
     SELECT ?, next, ?, ?, IIF(next = ${MOST_LINES - 1}, 'what follows is left out', ?)
     FROM (SELECT COALESCE(MAX(seq) + 1, 0) AS next FROM cluster_job_log WHERE job = ?) WHERE next < ${MOST_LINES}`,
  )
  const read = db.prepare<[string, number, number], ClusterLogLine>(
    `SELECT at, step, text FROM cluster_job_log WHERE job = ? AND seq >= ? ORDER BY seq LIMIT ?`,
  )
  const last = db.prepare<[string, number], ClusterLogLine>(
    `SELECT at, step, text FROM cluster_job_log WHERE job = ? ORDER BY seq DESC LIMIT ?`,
  )
  return {
    append: (id, { at, step, text }) => void append.run(id, at, step, text, id),
    read: (id, from, limit) => read.all(id, from, limit),
    last: (id, limit) => last.all(id, limit).toReversed(),
    prune: () => void prune.run(),
  }
}

/** Only rows that were written above are read. */
function clusterIn({ body }: Row): StoredCluster {
  return JSON.parse(body)
}

function jobIn({ body }: Row): StoredJob {
  return JSON.parse(body)
}
