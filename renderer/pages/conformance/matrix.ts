import type { ConformanceResult, ConformanceView } from '#core/contract/conformance.ts'

/** What is known of a case on a target: how it ended, that it is still to come in what goes on, or nothing. */
export type Cell =
  | { readonly kind: 'result'; readonly result: ConformanceResult }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'none' }

export type Row = {
  readonly name: string
  readonly description: string
  readonly needs: readonly string[]
  /** In the order of the targets. */
  readonly cells: readonly Cell[]
}

export type Group = { readonly name: string; readonly rows: readonly Row[] }

/** What of the matrix is shown. */
export type Filter = { readonly search: string; readonly isFailuresOnly: boolean }

/** Every target that can be asked for or was compared once, in this order, each once. */
export function targetsOf(known: readonly string[], { reports, running }: ConformanceView): readonly string[] {
  return [...new Set([...known, ...[...reports, ...running].map(({ target }) => target)])]
}

/** Cases as rows in their groups, targets as columns. */
export function matrixOf(view: ConformanceView, targets: readonly string[]): readonly Group[] {
  const columns = targets.map((target) => columnOf(view, target))
  const groups = new Map<string, Row[]>()
  for (const { name, group, description, needs } of view.cases) {
    const row = { name, description, needs, cells: columns.map((cellOf) => cellOf(name)) }
    groups.set(group, [...(groups.get(group) ?? []), row])
  }
  return [...groups].map(([name, rows]) => ({ name, rows }))
}

/** The latest of each case: what goes on now wins over the report. While all cases are played, those to come wait. */
function columnOf({ cases, reports, running }: ConformanceView, target: string): (name: string) => Cell {
  const known = new Map(reports.find((it) => it.target === target)?.cases.map((it) => [it.name, it]))
  const ongoing = running.find((it) => it.target === target)
  const done = new Map(ongoing?.done.map((it) => [it.name, it]))
  // Which cases were asked for is not told: only where it is all of them, the others are known to wait.
  const isWhole = ongoing?.total === cases.length
  return (name) => {
    const result = done.get(name) ?? (isWhole ? undefined : known.get(name))
    if (result !== undefined) return { kind: 'result', result }
    return { kind: isWhole ? 'waiting' : 'none' }
  }
}

/** The rows that a filter leaves; groups without any are left out. */
export function filtered(groups: readonly Group[], { search, isFailuresOnly }: Filter): readonly Group[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (group: string, { name, description }: Row) => {
    const text = `${group} ${name} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return groups
    .map(({ name, rows }) => ({
      name,
      rows: rows.filter((row) => fits(name, row) && (!isFailuresOnly || isFailure(row))),
    }))
    .filter(({ rows }) => rows.length > 0)
}

function isFailure({ cells }: Row): boolean {
  return cells.some((cell) => cell.kind === 'result' && cell.result.status === 'failed')
}
