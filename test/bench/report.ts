/** One measured line: a figure, its floor from the same run, and the bound that the issue names. */
export type Measurement = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the same machine needs for the bare thing, in the same unit; null where there is none. */
  readonly floor: number | null
  readonly floorName: string
  /** The value must not be above this (or below it, for `atLeast`). */
  readonly bound: number
  readonly atLeast?: boolean
}

export function holds({ value, bound, atLeast }: Measurement): boolean {
  return atLeast === true ? value >= bound : value <= bound
}

/** Prints measurements as an aligned table. */
export function printMeasurements(rows: readonly Measurement[]): void {
  for (const row of rows) {
    const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
    const floor = row.floor === null ? '' : `floor ${figure(row.floor)} ${row.unit} (${row.floorName})`
    const bound = `${row.atLeast === true ? 'at least' : 'at most'} ${figure(row.bound)}`
    console.log(
      `${holds(row) ? 'ok  ' : 'SLOW'} ${row.name.padEnd(52)} ${figure(row.value).padStart(8)} ${row.unit.padEnd(8)} ${bound.padEnd(18)} ${floor}`,
    )
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
