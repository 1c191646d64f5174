import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ExperimentView, TrackedRunRow } from '#core/contract/tracking.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { duration } from '#core/cli/run-report.ts'
import { columns, localTime, plainText } from '#core/cli/text.ts'

export type TrackedRunsOptions = {
  readonly limit: string
  readonly tracked?: boolean
  readonly filter?: string
  readonly experiment?: readonly string[]
  readonly orderBy?: readonly string[]
  readonly columns?: string
  readonly deleted?: boolean
}

const PAGE = 1_000
/** A search takes so many experiments at the most. */
const MOST_EXPERIMENTS = 1_000
/** Where no columns are named, so many metrics and parameters are shown: those that most runs have. */
const SHOWN = 3

type Experiment = Pick<ExperimentView, 'id' | 'name'>
type Columns = { readonly metrics: string[]; readonly params: string[]; readonly tags: string[] }

/** Whether options of `minisub runs` ask for what was tracked, and not for runs of pipelines. */
export function asksForTracked(options: Partial<TrackedRunsOptions>): boolean {
  const { tracked, filter, experiment, orderBy, columns: chosen, deleted } = options
  return [tracked, filter, experiment, orderBy, chosen, deleted].some((it) => it !== undefined)
}

/** `minisub runs --tracked`, also meant by `--filter`, `--experiment`, `--order-by`, `--columns` and `--deleted`. */
export async function trackedRunsCommand(options: TrackedRunsOptions, context: Context): Promise<number> {
  const limit = wholeNumber('--limit', options.limit, 1)
  const chosen = options.columns === undefined ? undefined : columnsOf(options.columns)
  const client = await connect(context.home)
  const experiments = await experimentsOf(client, options)
  if (experiments.length === 0)
    return printRuns([], { metrics: [], params: [], tags: [] }, { experiments, options, context })
  const shown = chosen ?? (await usualColumns(client, experiments))
  const search = {
    experiments: experiments.map(({ id }) => id),
    filter: options.filter ?? '',
    orderBy: [...(options.orderBy ?? [])],
    view: options.deleted === true ? ('deleted' as const) : ('active' as const),
    columns: shown,
  }
  const runs: TrackedRunRow[] = []
  let page: string | undefined
  do {
    const some = await client.searchTrackedRuns({ ...search, limit: Math.min(PAGE, limit - runs.length), page })
    runs.push(...some.runs)
    page = some.next ?? undefined
  } while (page !== undefined && runs.length < limit)
  return printRuns(runs, shown, { experiments, options, context })
}

async function experimentsOf(client: Client, { experiment, deleted }: TrackedRunsOptions): Promise<Experiment[]> {
  if (experiment !== undefined) {
    return Promise.all(experiment.map((name) => client.showExperiment({ experiment: name })))
  }
  // Runs that went to the trash with their experiment are looked for there.
  const view = deleted === true ? 'all' : 'active'
  const { experiments, next } = await client.listExperiments({ view, limit: MOST_EXPERIMENTS })
  if (next === null) return experiments
  throw new Problem('usage', `there are more than ${MOST_EXPERIMENTS} experiments: name some with --experiment`)
}

async function usualColumns(client: Client, experiments: readonly Experiment[]): Promise<Columns> {
  const ids = experiments.map(({ id }) => id).join(',')
  const { metrics, params } = await client.listTrackedColumns({ experiments: ids })
  const first = (names: readonly { readonly key: string }[]) => names.slice(0, SHOWN).map(({ key }) => key)
  return { metrics: first(metrics), params: first(params), tags: [] }
}

const KINDS = {
  metric: 'metrics',
  param: 'params',
  params: 'params',
  metrics: 'metrics',
  tag: 'tags',
  tags: 'tags',
} as const

/** Reads `metrics.loss@min,params.depth`. Throws Problem `usage`. */
function columnsOf(text: string): Columns {
  const found: Columns = { metrics: [], params: [], tags: [] }
  for (const name of text.split(',').map((it) => it.trim())) {
    if (name === '') continue
    const [, kind = '', key = ''] = /^(metrics?|params?|tags?)\.(.+)$/.exec(name) ?? []
    if (!Object.hasOwn(KINDS, kind)) {
      const how = 'write metrics.loss, metrics.loss@min, params.depth or tags.note'
      throw new Problem('usage', `--columns: "${name}" is no column: ${how}`)
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- looked at the line above
    found[KINDS[kind as keyof typeof KINDS]].push(key)
  }
  return found
}

type Printing = {
  readonly experiments: readonly Experiment[]
  readonly options: TrackedRunsOptions
  readonly context: Context
}

async function printRuns(
  runs: readonly TrackedRunRow[],
  shown: Columns,
  { experiments, options, context }: Printing,
): Promise<number> {
  if (context.json) await printJson({ runs })
  else if (runs.length > 0) await print(runTable(runs, shown, experiments))
  else if (options.filter !== undefined) await print('no tracked runs fit the filter\n')
  else if (options.deleted === true) await print('the trash has no runs\n')
  else await print('no tracked runs: let a program track with `eval "$(minisub tracking env)" && python train.py`\n')
  return EXIT.succeeded
}

function runTable(runs: readonly TrackedRunRow[], shown: Columns, experiments: readonly Experiment[]): string {
  const names = new Map(experiments.map(({ id, name }) => [id, plainText(name)]))
  const head = ['RUN', 'NAME', 'EXPERIMENT', 'STATUS', 'TIME', 'STARTED']
  const rows = runs.map((run) => [
    run.id,
    plainText(run.name),
    names.get(run.experiment) ?? run.experiment,
    run.status,
    duration(run),
    localTime(run.startedAt),
    ...shown.metrics.map((key) => numberText(run.metrics[key])),
    ...shown.params.map((key) => plainText(run.params[key] ?? '-')),
    ...shown.tags.map((key) => plainText(run.tags[key] ?? '-')),
  ])
  return columns([[...head, ...shown.metrics, ...shown.params, ...shown.tags], ...rows])
}

function numberText(value: number | string | undefined): string {
  if (value === undefined) return '-'
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
}
