import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { askChoice } from '#core/cli/ask-choice.ts'
import { askYes } from '#core/cli/ask-yes.ts'
import { checkedName, chosenCluster } from '#core/cli/cluster-name.ts'
import { jobFailureText, jobText } from '#core/cli/cluster-text.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { exitCodeOfJob, followJob } from '#core/cli/follow-job.ts'

type JobFlags = { readonly detach?: boolean }
type OnFailure = { readonly keep: boolean; readonly yes: boolean }

/** `minisub cluster start`. */
export async function startClusterCommand(
  name: string | undefined,
  flags: JobFlags,
  context: Context,
): Promise<number> {
  return follow(await begin(name, context, (client, it) => client.startCluster({ name: it })), flags, context)
}

/** `minisub cluster stop`. */
export async function stopClusterCommand(name: string | undefined, flags: JobFlags, context: Context): Promise<number> {
  return follow(await begin(name, context, (client, it) => client.stopCluster({ name: it })), flags, context)
}

/** `minisub cluster upgrade`. */
export async function upgradeClusterCommand(
  name: string | undefined,
  flags: JobFlags,
  context: Context,
): Promise<number> {
  return follow(await begin(name, context, (client, it) => client.upgradeCluster({ name: it })), flags, context)
}

/** `minisub cluster retry`; what fails again is kept where there is no terminal to ask on. */
export async function retryClusterCommand(
  name: string | undefined,
  flags: JobFlags,
  context: Context,
): Promise<number> {
  const job = await begin(name, context, (client, it) => client.retryCluster({ name: it }))
  if (job.kind !== 'create' || flags.detach === true) return follow(job, flags, context)
  return followMade(job, { keep: !isOnTerminal(), yes: false }, context)
}

/** `minisub cluster delete`: asks first. */
export async function deleteClusterCommand(
  name: string | undefined,
  flags: JobFlags & { readonly force?: boolean; readonly yes?: boolean },
  context: Context,
): Promise<number> {
  const client = await clientFor(name, context)
  const chosen = await chosenCluster(client, name)
  await client.showCluster({ name: chosen })
  if (flags.yes !== true) {
    if (!process.stdin.isTTY) throw new Problem('usage', 'there is no terminal to ask on: add --yes')
    if (!(await askYes(`delete the cluster ${chosen}, its target, and all that its store and registry hold?`))) {
      say('nothing was deleted')
      return EXIT.cancelled
    }
  }
  return follow(await client.deleteCluster({ name: chosen, force: String(flags.force === true) }), flags, context)
}

/** `minisub cluster cancel`: resolves when what goes on was taken back; what could not be taken back is a failure. */
export async function cancelClusterCommand(
  name: string | undefined,
  _flags: object,
  context: Context,
): Promise<number> {
  const job = await begin(name, context, (client, it) => client.cancelClusterJob({ name: it }))
  const code = await told(job, context)
  return job.status === 'cancelled' ? EXIT.succeeded : code
}

/**
 * Follows a create. What was half made of one that fails is deleted, begun anew or kept, as is chosen on a terminal; without
 * one, or with `yes`, it is deleted unless `keep`.
 */
export async function followMade(begun: ClusterJobView, wish: OnFailure, context: Context): Promise<number> {
  const job = await followJob(begun, context.home)
  if (job.status !== 'failed') return told(job, context)
  const client = await connect(context.home)
  const { clusters } = await client.listClusters()
  const isThere = clusters.some(({ name }) => name === job.cluster)
  const isAsked = !wish.keep && !wish.yes && isOnTerminal()
  say(jobFailureText(job, { isKept: isThere && (wish.keep || isAsked) }))
  const choice = !isThere ? 'none' : wish.keep ? 'keep' : isAsked ? await askWhatNext() : 'delete'
  if (choice === 'retry') return followMade(await client.retryCluster({ name: job.cluster }), wish, context)
  if (choice === 'keep') say(`kept: minisub cluster retry ${job.cluster}, or minisub cluster delete ${job.cluster}`)
  if (choice === 'none') say('nothing of it was made')
  if (choice === 'delete') {
    const removed = await followJob(await client.deleteCluster({ name: job.cluster }), context.home)
    say(removed.status === 'failed' ? jobFailureText(removed, { isKept: true }) : jobText(removed))
  }
  if (context.json) await printJson(job)
  return exitCodeOfJob(job)
}

async function askWhatNext(): Promise<'delete' | 'retry' | 'keep'> {
  return askChoice('what was half made: delete it, try again, or keep it for a look?', ['delete', 'retry', 'keep'])
}

function isOnTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

async function begin(
  name: string | undefined,
  context: Context,
  call: (client: Client, name: string) => Promise<ClusterJobView>,
): Promise<ClusterJobView> {
  const client = await clientFor(name, context)
  return call(client, await chosenCluster(client, name))
}

async function clientFor(name: string | undefined, context: Context): Promise<Client> {
  checkedName(name)
  return connect(context.home)
}

async function follow(begun: ClusterJobView, { detach }: JobFlags, context: Context): Promise<number> {
  if (detach === true) {
    await (context.json ? printJson(begun) : print(`${begun.id}\n`))
    return EXIT.succeeded
  }
  return told(await followJob(begun, context.home), context)
}

async function told(job: ClusterJobView, context: Context): Promise<number> {
  if (job.status === 'failed') say(jobFailureText(job, { isKept: true }))
  if (context.json) await printJson(job)
  else if (job.status !== 'failed') await print(jobText(job))
  return exitCodeOfJob(job)
}
