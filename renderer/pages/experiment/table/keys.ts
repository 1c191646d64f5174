import type { Line } from '../lines.ts'

/** The line that a key leads to from one; undefined for a key that leads nowhere. */
export function lineOfKey(
  key: string,
  at: { readonly index: number; readonly count: number; readonly page: number },
): number | undefined {
  const { index, count, page } = at
  const to = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  }[key]
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to))
}

/** The runs of a line: its own, or all of its group. */
export function runsOfLine(line: Line): string[] {
  return line.kind === 'run' ? [line.id] : line.rows.map(({ id }) => id)
}

/** The selection after a line was switched on or off. */
export function toggled(selected: ReadonlySet<string>, line: Line): string[] {
  const runs = runsOfLine(line)
  const isOn = runs.every((id) => selected.has(id))
  const own = new Set(runs)
  return isOn ? [...selected].filter((id) => !own.has(id)) : [...new Set([...selected, ...runs])]
}

/** The selection with all lines from one to another, as Shift extends it. */
export function extended(
  selected: ReadonlySet<string>,
  lines: readonly Line[],
  [from, to]: readonly [number, number],
): string[] {
  const between = lines.slice(Math.min(from, to), Math.max(from, to) + 1)
  return [...new Set([...selected, ...between.flatMap(runsOfLine)])]
}
