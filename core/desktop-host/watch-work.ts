import type { Client } from '#core/client/index.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import type { ActiveJob, FromHost } from '#core/contract/desktop.ts'
import type { RunSummary } from '#core/contract/run.ts'

/** How many runs that are not over are asked for; more than anybody reads in a tray. */
const MOST_RUNS = 100

export type WorkClient = Pick<Client, 'changes' | 'listClusters' | 'listRuns' | 'listSettings' | 'showRun'>
type Options = {
  readonly client: WorkClient
  readonly signal: AbortSignal
  readonly onState: (state: 'connecting' | 'open') => void
  readonly post: (message: FromHost) => void
}
type Work = Pick<Options, 'client' | 'post'> & {
  readonly runs: Map<string, RunSummary>
  readonly clusters: Map<string, ActiveJob>
  /** Runs that are over and were told of. */
  readonly told: Set<string>
  readonly since: number
  notifies: boolean
}

/**
 * Tells the app what is active, which runs ended, and the settings that it has to know, for as long as the core is
 * heard. Throws the Problem with which the core refuses, and the reason of the signal.
 */
export async function watchWork({ client, signal, onState, post }: Options): Promise<void> {
  const work: Work = {
    client,
    post,
    runs: new Map(),
    clusters: new Map(),
    told: new Set(),
    since: Date.now(),
    notifies: true,
  }
  let last = ''
  for await (const changes of client.changes({ signal, onState })) {
    for (const change of changes) await take(work, change)
    const jobs = [...[...work.runs.values()].map(jobOfRun), ...work.clusters.values()]
    const text = JSON.stringify(jobs)
    if (text !== last) post({ kind: 'active', jobs })
    last = text
  }
}

async function take(work: Work, change: ChangeView): Promise<void> {
  if (change.kind === 'hello' || change.kind === 'reset') {
    await readRuns(work)
    await readClusters(work)
    await readSettings(work)
  } else if (change.kind === 'run') await takeRun(work, change.run)
  else if (change.topic === 'settings') await readSettings(work)
  else if (change.topic === 'clusters') await readClusters(work)
}

/** All that are not over; those that ended while the core was not heard are told of. */
async function readRuns(work: Work): Promise<void> {
  const { client } = work
  const pages = await Promise.all(
    (['running', 'pending'] as const).map((status) => client.listRuns({ status, limit: MOST_RUNS })),
  )
  const active = new Map(pages.flatMap(({ runs }) => runs).map((run) => [run.id, run]))
  for (const id of work.runs.keys()) {
    if (!active.has(id)) await takeRun(work, await client.showRun({ run: id }))
  }
  for (const [id, run] of active) work.runs.set(id, run)
}

type SeenRun = Omit<RunSummary, 'createdAt'> & { readonly createdAt?: string }

async function takeRun(work: Work, run: SeenRun): Promise<void> {
  if (run.status === 'running' || run.status === 'pending') {
    work.runs.set(run.id, { createdAt: new Date().toISOString(), ...run })
    return
  }
  const isNew = run.createdAt !== undefined && Date.parse(run.createdAt) >= work.since
  const wasActive = work.runs.delete(run.id)
  if (work.told.has(run.id) || !(wasActive || isNew)) return
  work.told.add(run.id)
  // Who cancelled or moved a run knows it.
  if (!work.notifies || run.status === 'cancelled' || run.movedTo !== undefined) return
  const body = run.status === 'failed' ? await whyFailed(work.client, run.id) : `on ${run.target}`
  work.post({ kind: 'notice', title: `${run.pipeline} ${run.status}`, body, path: `/runs/${run.id}`, isNews: false })
}

async function whyFailed(client: WorkClient, id: string): Promise<string> {
  const { steps, target } = await client.showRun({ run: id })
  const failed = steps.find(({ status }) => status === 'failed')
  if (failed === undefined) return `on ${target}`
  return `step ${failed.name}${failed.reason === null ? '' : `: ${failed.reason}`}`
}

async function readClusters({ client, clusters }: Work): Promise<void> {
  const listed = await client.listClusters()
  clusters.clear()
  for (const { name, job } of listed.clusters) {
    if (job === null || job.endedAt !== null) continue
    clusters.set(name, { text: `cluster ${name} · ${job.kind}`, path: `/settings/clusters/${name}` })
  }
}

async function readSettings(work: Work): Promise<void> {
  const { settings } = await work.client.listSettings()
  const valueOf = (key: string) => settings.find((it) => it.key === key)?.value
  work.notifies = valueOf('desktop.notifications') !== false
  const wanted = valueOf('desktop.closing')
  const closing = wanted === 'keep' || wanted === 'quit' ? wanted : 'ask'
  work.post({ kind: 'closing', closing })
}

function jobOfRun({ id, pipeline, status }: RunSummary): ActiveJob {
  return { text: `${pipeline} · ${status}`, path: `/runs/${id}` }
}
