import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterLogLine, LocalClusterView } from '#core/contract/local-clusters.ts'
import { checkedName, chosenCluster } from '#core/cli/cluster-name.ts'
import { clustersText, clusterText, eventsText, imagesText } from '#core/cli/cluster-text.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { logLineText } from '#core/cli/job-lines.ts'
import { plainText } from '#core/cli/text.ts'

const LOOK_MS = 300

/** `minisub cluster list`. */
export async function listClustersCommand(_flags: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { clusters, found } = await client.listClusters()
  await (context.json ? printJson({ clusters, found }) : print(clustersText(clusters, found)))
  return EXIT.succeeded
}

/** `minisub cluster status`; with what the nodes use where they can be asked. */
export async function clusterStatusCommand(
  name: string | undefined,
  _flags: object,
  context: Context,
): Promise<number> {
  const { client, view } = await clusterOf(name, context)
  const use = await useOf(client, view)
  if (context.json) await printJson({ ...view, use })
  else await print(clusterText(view, use ?? []))
  return EXIT.succeeded
}

/** `minisub cluster events`. */
export async function clusterEventsCommand(
  name: string | undefined,
  _flags: object,
  context: Context,
): Promise<number> {
  const { client, view } = await clusterOf(name, context)
  const { events } = await client.showClusterUse({ name: view.name })
  await (context.json ? printJson({ events }) : print(eventsText(events)))
  return EXIT.succeeded
}

/** `minisub cluster images`. */
export async function clusterImagesCommand(
  name: string | undefined,
  _flags: object,
  context: Context,
): Promise<number> {
  const { client, view } = await clusterOf(name, context)
  const { images } = await client.listClusterImages({ name: view.name })
  await (context.json ? printJson({ images }) : print(imagesText(images)))
  return EXIT.succeeded
}

/** `minisub cluster logs`: of the latest job of a cluster, or of the one that is named. */
export async function clusterLogsCommand(
  name: string | undefined,
  { job: id, follow = false }: { readonly job?: string; readonly follow?: boolean },
  context: Context,
): Promise<number> {
  if (id !== undefined && !/^[0-9a-z]{26}$/.test(id)) {
    throw new Problem(
      'invalid_value',
      `${JSON.stringify(id)} is no id of a job: minisub cluster status shows the latest`,
    )
  }
  checkedName(name)
  const client = await connect(context.home)
  const job = id ?? (await latestJob(client, await chosenCluster(client, name)))
  for (let from = 0; ;) {
    const page = await client.readClusterLog({ job, from })
    from = page.next
    await printLines(page.lines, context)
    const isOver = page.job.status !== 'running'
    if (page.lines.length === 0 && (isOver || !follow)) return EXIT.succeeded
    if (!isOver && follow) await sleep(LOOK_MS)
  }
}

async function printLines(lines: readonly ClusterLogLine[], { json }: Context): Promise<void> {
  if (lines.length === 0) return
  const texts = lines.map((line) => (json ? JSON.stringify(line) : logLineText(line)))
  await print(`${texts.join('\n')}\n`)
}

async function latestJob(client: Client, name: string): Promise<string> {
  const { job } = await client.showCluster({ name })
  if (job === null) throw new Problem('not_found', `no job of the cluster ${name} is remembered: nothing was done yet`)
  return job.id
}

async function clusterOf(
  name: string | undefined,
  context: Context,
): Promise<{ readonly client: Client; readonly view: LocalClusterView }> {
  checkedName(name)
  const client = await connect(context.home)
  return { client, view: await client.showCluster({ name: await chosenCluster(client, name) }) }
}

/** Null where the nodes do not run, or nobody could say what they use, which is told. */
async function useOf(client: Client, { name, state }: LocalClusterView) {
  if (state !== 'ready' && state !== 'unreachable') return null
  try {
    return (await client.showClusterUse({ name })).nodes
  } catch (error) {
    if (!isProblem(error)) throw error
    say(`what the nodes use is not known: ${plainText(error.message)}`)
    return null
  }
}
