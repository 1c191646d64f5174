import { resolve } from 'node:path'
import { formatBytes } from '#core/base/quantity.ts'
import type { ExportReport, ExportRequest, ImportReport, ImportRequest } from '#core/contract/tracking-transfer.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'

type ImportOptions = Partial<Pick<ImportRequest, 'kind' | 'artifacts' | 'experiment' | 'dryRun'>>
type ExportOptions = {
  readonly format: NonNullable<ExportRequest['format']>
  readonly experiment?: readonly string[]
  readonly filter?: string
  readonly artifacts?: boolean
}

/** So many things that were not taken are listed for a person. */
const MOST_SKIPPED = 20

/** `minisub tracking import PATH`; Ctrl-C gives it up, what came until then stays. */
export async function importTrackingCommand(path: string, options: ImportOptions, context: Context): Promise<number> {
  const { kind, artifacts, experiment, dryRun = false } = options
  const request: ImportRequest = {
    path: resolve(path),
    dryRun,
    ...(kind === undefined ? {} : { kind }),
    ...(artifacts === undefined ? {} : { artifacts: resolve(artifacts) }),
    ...(experiment === undefined ? {} : { experiment }),
  }
  return unlessCancelled('what came until now stays: the same command goes on from there', async (signal) => {
    const client = await connect(context.home)
    const report = await client.importTracking(request, { signal, onLine: (line) => say(plainText(line)) })
    await (context.json ? printJson(report) : print(importText(report, dryRun)))
  })
}

/** `minisub tracking export FOLDER`; Ctrl-C gives it up and leaves nothing. */
export async function exportTrackingCommand(folder: string, options: ExportOptions, context: Context): Promise<number> {
  const { format, experiment: names = [], filter = '', artifacts = false } = options
  return unlessCancelled('nothing was written', async (signal) => {
    const client = await connect(context.home)
    const experiments: string[] = []
    for (const experiment of names) experiments.push((await client.showExperiment({ experiment })).id)
    const report = await client.exportTracking(
      { folder: resolve(folder), format, filter, artifacts, ...(names.length === 0 ? {} : { experiments }) },
      { signal, onLine: (line) => say(plainText(line)) },
    )
    await (context.json ? printJson(report) : print(exportText(report)))
  })
}

async function unlessCancelled(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  using interrupt = openInterrupt()
  try {
    await work(interrupt.signal)
    return EXIT.succeeded
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    say(`cancelled: ${what}`)
    return EXIT.cancelled
  }
}

function importText(report: ImportReport, dryRun: boolean): string {
  const { runs, known, points, artifacts, models, versions, skipped } = report
  const filled = report.experiments.filter((experiment) => experiment.runs > 0)
  const table = filled.map((experiment) => [
    plainText(experiment.name),
    experiment.id ?? 'new',
    String(experiment.runs),
  ])
  const what = [
    counted(runs, 'run'),
    `${points.toLocaleString('en')} points`,
    `${counted(artifacts.files, 'file')} (${formatBytes(artifacts.bytes)})`,
    counted(models, 'registered model'),
    counted(versions, 'version'),
  ]
  const here = known === 0 ? '' : `; ${counted(known, 'run')} were here already`
  const end = `${dryRun ? 'would take in' : 'took in'} ${what.join(', ')}${here}\n`
  return `${table.length === 0 ? '' : columns([['EXPERIMENT', 'ID', 'RUNS'], ...table])}${skippedText(skipped)}${end}`
}

function skippedText(skipped: ImportReport['skipped']): string {
  const lines = skipped
    .slice(0, MOST_SKIPPED)
    .map(({ what, why }) => `not taken: ${plainText(what)}: ${plainText(why)}\n`)
  const more = skipped.length - lines.length
  return `${lines.join('')}${more > 0 ? `not taken: ${more} more, which --json lists\n` : ''}`
}

function exportText({ folder, files }: ExportReport): string {
  const rows = files.map(({ path, rows: count, bytes }) => [path, count.toLocaleString('en'), formatBytes(bytes)])
  return `${columns([['FILE', 'ROWS', 'SIZE'], ...rows])}written to ${plainText(folder)}\n`
}
