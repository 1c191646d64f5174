import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { metricText } from '../values.ts'

/** A line of the comparison: a text for each run, null where it has none. */
export type Row = {
  readonly key: string
  readonly values: readonly (string | null)[]
  /** More of each value, for a closer look. */
  readonly details?: readonly (string | null)[]
  readonly differs: boolean
}
export type SectionOf = {
  readonly id: 'params' | 'metrics' | 'environments' | 'code' | 'data' | 'tags'
  readonly title: string
  readonly rows: readonly Row[]
  /** What is said of each run, above the lines. */
  readonly sources?: readonly (string | null)[]
}

/** The name of a run stands above its column. */
const NAME = 'mlflow.runName'

/** The comparison as sections of lines of texts. */
export function sectionsOf(comparison: ComparisonView): SectionOf[] {
  const { params, metrics, tags, environments, code, data } = comparison
  return [
    { id: 'params', title: 'Parameters', rows: params },
    { id: 'metrics', title: 'Metrics', rows: metrics.map(metricRow) },
    { id: 'environments', title: 'Environment', rows: environments.packages, sources: environments.sources },
    { id: 'code', title: 'Code', rows: code.files.map(shortened), sources: code.sources },
    { id: 'data', title: 'Data', rows: data.map(shortened) },
    { id: 'tags', title: 'Tags', rows: tags.filter(({ key }) => key !== NAME) },
  ]
}

function metricRow({ key, values, differs }: ComparisonView['metrics'][number]): Row {
  return {
    key,
    values: values.map((value) => (value === null ? null : metricText(value.last))),
    details: values.map((value) => value && `from ${metricText(value.min)} to ${metricText(value.max)}`),
    differs,
  }
}

/** A digest is told by its beginning; the whole is a detail. */
function shortened({ key, values, differs }: ComparisonView['data'][number]): Row {
  const short = values.map((value) => (value !== null && /^[0-9a-f]{32,}$/.test(value) ? value.slice(0, 12) : value))
  return { key, values: short, details: values, differs }
}

/** The lines that are shown; of two runs and more those that differ, unless all are wanted. */
export function shownRows({ rows }: SectionOf, isOnly: boolean): readonly Row[] {
  return isOnly ? rows.filter(({ differs }) => differs) : rows
}

/** What a section says where it shows no line. */
export function emptyWords({ rows }: SectionOf): string {
  if (rows.length === 0) return 'Nothing is known of it.'
  return rows.length === 1 ? 'No difference: 1 line is alike.' : `No difference: ${rows.length} lines are alike.`
}
