import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterCheck, ClusterPreflight, LocalClusterForm } from '#core/contract/local-clusters.ts'
import { askYes } from '#core/cli/ask-yes.ts'
import { readForm, type ClusterFlags } from '#core/cli/cluster-form.ts'
import { checksText, preflightProblem, preflightText } from '#core/cli/cluster-report.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { plainText } from '#core/cli/text.ts'
import { followMade } from './cluster-jobs.ts'

/** What `cluster create` takes beside the form. */
export type CreateFlags = ClusterFlags & {
  readonly yes?: boolean
  readonly keep?: boolean
  readonly detach?: boolean
}

/** `minisub cluster check`; exit code 1 where a check is an error. */
export async function checkClusterCommand(flags: ClusterFlags, context: Context): Promise<number> {
  const form = await readForm(flags)
  const client = await connect(context.home)
  const report = await client.checkCluster(form)
  await (context.json ? printJson(report) : print(preflightText(report, process.stdout)))
  return report.ok ? EXIT.succeeded : EXIT.failed
}

/**
 * `minisub cluster create`: shows what is not as it should be, asks before kind is downloaded, and follows the job. Throws
 * Problem `cluster_preflight`, and whatever the core refuses.
 */
export async function createClusterCommand(flags: CreateFlags, context: Context): Promise<number> {
  const asked = await readForm(flags)
  const form = flags.yes === true ? { ...asked, download: true } : asked
  const client = await connect(context.home)
  const checked = await withConsent(client, form)
  const faults = checked.report.checks.filter(({ level }) => level === 'error' || level === 'warning')
  if (faults.length > 0) say(checksText(faults, process.stderr))
  if (!checked.report.ok) throw preflightProblem(checked.report)
  const job = await client.createCluster(checked.form)
  if (flags.detach === true) {
    await (context.json ? printJson(job) : print(`${job.id}\n`))
    return EXIT.succeeded
  }
  return followMade(job, { keep: flags.keep === true, yes: flags.yes === true }, context)
}

type Checked = { readonly form: LocalClusterForm; readonly report: ClusterPreflight }

/** Where nothing but a download of kind is lacking it is asked for, on a terminal; else a Problem says how to allow it. */
async function withConsent(client: Client, form: LocalClusterForm): Promise<Checked> {
  const report = await client.checkCluster(form)
  const isLacking = !form.download && kindOf(report)?.level === 'error'
  if (!isLacking) return { form, report }
  const allowed = { form: { ...form, download: true }, report: await client.checkCluster({ ...form, download: true }) }
  const found = kindOf(allowed.report)
  if (found === undefined || !allowed.report.ok) return { form, report }
  if (!process.stdin.isTTY) {
    throw new Problem('kind_unavailable', `${plainText(found.found)}: add --download, or install kind`)
  }
  say(plainText(found.found))
  return (await askYes('download it?')) ? allowed : { form, report }
}

function kindOf({ checks }: ClusterPreflight): ClusterCheck | undefined {
  return checks.find(({ id }) => id === 'kind')
}
