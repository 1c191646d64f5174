import { Problem } from '#core/base/problem.ts'
import { formatBytes, parseDuration } from '#core/base/quantity.ts'
import type { PurgeReport, TrackingDisk } from '#core/contract/tracking.ts'
import { askYes } from '#core/cli/ask-yes.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'

type PurgeOptions = { readonly olderThan?: string; readonly dryRun?: boolean; readonly yes?: boolean }

/** So many of the biggest runs are listed for a person. */
const MOST_RUNS = 10

/** `minisub tracking disk`. */
export async function trackingDiskCommand(context: Context): Promise<number> {
  const client = await connect(context.home)
  const disk = await client.showTrackingDisk({})
  await (context.json ? printJson(disk) : print(diskText(disk)))
  return EXIT.succeeded
}

/** `minisub tracking purge`: asks first, unless it is told not to. */
export async function purgeTrackingCommand(options: PurgeOptions, context: Context): Promise<number> {
  const { dryRun = false, yes = false } = options
  const olderThanMs = options.olderThan === undefined ? 0 : durationOf(options.olderThan)
  const client = await connect(context.home)
  const watch = { onLine: (line: string) => say(plainText(line)) }
  if (!dryRun && !yes) {
    const planned = await client.purgeTracking({ olderThanMs, dryRun: true })
    if (isNothing(planned)) return told(planned, { dryRun: true }, context)
    if (!process.stdin.isTTY) {
      throw new Problem(
        'usage',
        `purge deletes ${whatOf(planned)} for good: repeat it with --yes, or look with --dry-run`,
      )
    }
    if (!(await askYes(`delete ${whatOf(planned)} for good? It cannot be taken back.`))) {
      say('nothing was deleted')
      return EXIT.cancelled
    }
  }
  return told(await client.purgeTracking({ olderThanMs, dryRun }, watch), { dryRun }, context)
}

async function told(report: PurgeReport, { dryRun }: { readonly dryRun: boolean }, context: Context): Promise<number> {
  await (context.json ? printJson(report) : print(purgeText(report, dryRun)))
  return EXIT.succeeded
}

function durationOf(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  throw new Problem('usage', `--older-than wants a time such as 30d, 12h or 90m and got "${text}"`)
}

function isNothing({ experiments, runs, models }: PurgeReport): boolean {
  return experiments + runs + models === 0
}

function whatOf({ experiments, runs, models, bytes }: PurgeReport): string {
  const all = [counted(experiments, 'experiment'), counted(runs, 'run'), counted(models, 'logged model')]
  return `${all.join(', ')} (${formatBytes(bytes)} of files)`
}

function purgeText(report: PurgeReport, dryRun: boolean): string {
  const kept = report.kept.map(({ what, why }) => `kept: ${plainText(what)}: ${plainText(why)}\n`).join('')
  if (isNothing(report)) return `${kept}nothing in the trash is to be deleted\n`
  return `${kept}${dryRun ? 'would delete' : 'deleted'} ${whatOf(report)}\n`
}

function diskText({ databaseBytes, artifactBytes, trash, experiments, runs }: TrackingDisk): string {
  const row = (name: string, stage: string, bytes: number, own: number): string[] => [
    `${plainText(name)}${stage === 'deleted' ? ' (in the trash)' : ''}`,
    formatBytes(bytes),
    formatBytes(own),
  ]
  const byExperiment = experiments.map(({ name, stage, bytes, ownBytes }) => row(name, stage, bytes, ownBytes))
  const biggest = runs
    .slice(0, MOST_RUNS)
    .map(({ name, id, stage, bytes, ownBytes }) => row(`${name} ${id}`, stage, bytes, ownBytes))
  const inTrash = [
    counted(trash.experiments, 'experiment'),
    counted(trash.runs, 'run'),
    counted(trash.models, 'logged model'),
  ]
  return [
    columns([['EXPERIMENT', 'FILES', 'OF ITS OWN'], ...byExperiment]),
    biggest.length === 0 ? '' : columns([['BIGGEST RUNS', 'FILES', 'OF THEIR OWN'], ...biggest]),
    `database ${formatBytes(databaseBytes)}, files ${formatBytes(artifactBytes)}\n`,
    `in the trash: ${inTrash.join(', ')}; \`minisub tracking purge\` frees ${formatBytes(trash.bytes)}\n`,
  ].join('')
}
