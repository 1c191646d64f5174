import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, cutText, plainText } from '#core/cli/text.ts'

/** As the contract has it. */
const MOST_RUNS = 20
/** Values are cut after so many columns, where people read them. */
const WIDEST = 40
/** Tags that differ between any two runs and say nothing. */
const OF_EACH_RUN = /^(?:mlflow\.(?:runName|log-model\.history|parentRunId)|minisub\.(?:run|item))$/

type Line = { readonly key: string; readonly values: readonly (string | null)[]; readonly differs: boolean }

/** `minisub tracking compare RUN RUN…`. */
export async function compareRunsCommand(
  given: readonly string[],
  { all = false }: { readonly all?: boolean },
  context: Context,
): Promise<number> {
  if (given.length < 2 || given.length > MOST_RUNS) {
    throw new Problem('usage', `a comparison is of 2 to ${MOST_RUNS} runs and got ${given.length}: name others`)
  }
  const client = await connect(context.home)
  const runs = await wholeIds(client, given)
  const view = await client.compareTrackedRuns({ runs })
  if (context.json) await printJson(view)
  else await print(comparisonText(view, all))
  return EXIT.succeeded
}

/** Ids of tracked runs, each from any beginning that only one run has. */
async function wholeIds(client: Client, given: readonly string[]): Promise<string[]> {
  const isWhole = (id: string) => /^[0-9a-f]{32}$/.test(id)
  if (given.every(isWhole)) return [...given]
  const { experiments } = await client.listExperiments({ view: 'all', limit: 1_000 })
  const search = { experiments: experiments.map(({ id }) => id), view: 'all', limit: 2 } as const
  return Promise.all(
    given.map(async (id) => {
      if (isWhole(id)) return id
      if (!/^[0-9a-f]{4,31}$/.test(id)) {
        throw new Problem('usage', `"${id}" is no id of a tracked run: \`minisub runs --tracked\` lists them`)
      }
      const { runs } = await client.searchTrackedRuns({ ...search, filter: `attributes.run_id LIKE '${id}%'` })
      if (runs.length > 1) throw new Problem('ambiguous_id', `more than one tracked run begins with ${id}: give more`)
      const [found] = runs
      if (found !== undefined) return found.id
      throw new Problem('not_found', `there is no tracked run ${id}: \`minisub runs --tracked\` lists them`)
    }),
  )
}

/** What differs, a table for each kind of thing, or all of it. */
function comparisonText(view: ComparisonView, all: boolean): string {
  const { runs, environments, code } = view
  const tags = view.tags.filter(({ key }) => all || !OF_EACH_RUN.test(key))
  const metrics = view.metrics.map((line) => ({ ...line, values: line.values.map(metricText) }))
  const sources = (key: string, values: readonly (string | null)[]): Line => ({ key, values, differs: false })
  const parts: (readonly [title: string, lines: readonly Line[]])[] = [
    ['parameters', view.params],
    ['metrics (last, min to max)', metrics],
    ['tags', tags],
    ['packages', [sources('(from)', environments.sources), ...environments.packages]],
    ['code', [sources('(from)', code.sources), ...code.files]],
    ['data', view.data],
  ]
  const tables = parts.flatMap(([title, lines]) => {
    const shown = lines.filter(({ differs }) => all || differs)
    if (shown.length === 0) return []
    const from = all ? [] : lines.filter(({ key, differs }) => key === '(from)' && !differs)
    return [[title, ...runs.map(() => '')], ...[...from, ...shown].map(rowOf), []]
  })
  const head = [
    ['', ...runs.map(({ name }) => cell(name))],
    ['run', ...runs.map(({ id }) => id.slice(0, 12))],
  ]
  const end = tables.length === 0 ? 'they differ in nothing that is tracked\n' : ''
  return `${columns([...head, [], ...tables.slice(0, -1)])}${end}`
}

function rowOf({ key, values }: Line): string[] {
  return [`  ${plainText(key)}`, ...values.map((value) => (value === null ? '-' : cell(value)))]
}

/** Long digests are cut where nobody copies them from. */
function cell(text: string): string {
  const plain = plainText(text)
  return /^[0-9a-f]{64}/.test(plain) ? plain.slice(0, 12) : cutText(plain, WIDEST)
}

function metricText(value: ComparisonView['metrics'][number]['values'][number]): string | null {
  if (value === null) return null
  const { last, min, max } = value
  const text = typeof last === 'number' ? short(last) : last
  return min === null || max === null || min === max ? text : `${text} (${short(min)} to ${short(max)})`
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}
