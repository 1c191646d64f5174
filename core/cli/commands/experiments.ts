import type { ExperimentView } from '#core/contract/tracking.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, counted, localTime, plainText } from '#core/cli/text.ts'

const PAGE = 1_000

type ListOptions = { readonly limit: string; readonly search?: string; readonly deleted?: boolean }

/** `minisub experiments`. */
export async function listExperimentsCommand(options: ListOptions, context: Context): Promise<number> {
  const limit = wholeNumber('--limit', options.limit, 1)
  const { search, deleted = false } = options
  const client = await connect(context.home)
  const experiments: ExperimentView[] = []
  let page: string | undefined
  do {
    const view = deleted ? ('deleted' as const) : ('active' as const)
    const some = await client.listExperiments({ view, search, limit: Math.min(PAGE, limit - experiments.length), page })
    experiments.push(...some.experiments)
    page = some.next ?? undefined
  } while (page !== undefined && experiments.length < limit)
  if (context.json) await printJson({ experiments })
  else if (experiments.length === 0) await print(emptyText(options))
  else await print(experimentTable(experiments))
  return EXIT.succeeded
}

/** `minisub experiments show EXPERIMENT`. */
export async function showExperimentCommand(experiment: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.showExperiment({ experiment })
  await (context.json ? printJson(view) : print(columns(experimentRows(view))))
  return EXIT.succeeded
}

/** `minisub experiments rename EXPERIMENT NAME`. */
export async function renameExperimentCommand(experiment: string, name: string, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.updateExperiment({ experiment, name })
  await (context.json ? printJson(view) : print(`experiment ${view.id} is called ${plainText(view.name)} now\n`))
  return EXIT.succeeded
}

/** `minisub experiments delete EXPERIMENT`: into the trash, so nothing is asked. */
export async function deleteExperimentCommand(experiment: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { id, name, runs } = await client.showExperiment({ experiment })
  await client.deleteExperiment({ experiment: id })
  if (context.json) await printJson({ deleted: id })
  else {
    const what = `${plainText(name)} with ${counted(runs, 'run')} is in the trash`
    await print(`${what}: take it out with \`minisub experiments restore ${id}\`\n`)
  }
  return EXIT.succeeded
}

/** `minisub experiments restore ID`. */
export async function restoreExperimentCommand(id: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.restoreExperiment({ experiment: id })
  const text = `${plainText(view.name)} is back with ${counted(view.runs, 'run')}\n`
  await (context.json ? printJson(view) : print(text))
  return EXIT.succeeded
}

function emptyText({ search, deleted }: ListOptions): string {
  if (search !== undefined) return `no experiment has "${plainText(search)}" in its name\n`
  if (deleted === true) return 'the trash has no experiments\n'
  return 'no experiments: let a program track with `eval "$(minisub tracking env)" && python train.py`\n'
}

function experimentTable(experiments: readonly ExperimentView[]): string {
  const rows = experiments.map(({ id, name, runs, lastRunAt, stage }) => [
    id,
    plainText(name),
    // Those of an experiment in the trash are there too.
    stage === 'deleted' ? '-' : String(runs),
    lastRunAt === null ? '-' : localTime(lastRunAt),
  ])
  return columns([['ID', 'NAME', 'RUNS', 'LAST RUN'], ...rows])
}

function experimentRows(view: ExperimentView): string[][] {
  return [
    ['experiment', plainText(view.name)],
    ['id', view.id],
    ...(view.stage === 'deleted' ? [['trash', `take it out with \`minisub experiments restore ${view.id}\``]] : []),
    ['created', localTime(view.createdAt)],
    ['runs', String(view.runs)],
    ['last run', view.lastRunAt === null ? '-' : localTime(view.lastRunAt)],
    ...Object.entries(view.tags).map(([key, value]) => [`tag ${plainText(key)}`, plainText(value)]),
  ]
}
