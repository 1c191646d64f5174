import { compareText } from '#core/files/index.ts'

/** One line of a comparison: a value for each side, null where a side has none. */
export type Line<Value> = { readonly key: string; readonly values: (Value | null)[]; readonly differs: boolean }

/** Values by key; a later one of the same key replaces the earlier one. */
export type Values<Value> = ReadonlyMap<string, Value>

/** A line for each key of any side, by key. `isSame` compares two values that are both there. */
export function linesOf<Value>(
  sides: readonly Values<Value>[],
  isSame: (one: Value, other: Value) => boolean = Object.is,
): Line<Value>[] {
  const keys = new Set(sides.flatMap((side) => [...side.keys()]))
  return [...keys].toSorted(compareText).map((key) => {
    const values = sides.map((side) => side.get(key) ?? null)
    return { key, values, differs: values.some((value) => !isAlike(values[0] ?? null, value, isSame)) }
  })
}

function isAlike<Value>(
  one: Value | null,
  other: Value | null,
  isSame: (one: Value, other: Value) => boolean,
): boolean {
  return one === null || other === null ? one === other : isSame(one, other)
}

/** The same for two sides. */
export function pairsOf(
  left: Values<string>,
  right: Values<string>,
): { key: string; left: string | null; right: string | null; differs: boolean }[] {
  return linesOf([left, right]).map(({ key, values, differs }) => ({
    key,
    left: values[0] ?? null,
    right: values[1] ?? null,
    differs,
  }))
}

/** Values by key; what has the same key stands together, each once. */
export function gathered(pairs: Iterable<readonly [key: string, value: string]>): Map<string, string> {
  const found = new Map<string, Set<string>>()
  for (const [key, value] of pairs) {
    const values = found.get(key)
    if (values === undefined) found.set(key, new Set([value]))
    else values.add(value)
  }
  return new Map([...found].map(([key, values]) => [key, [...values].toSorted(compareText).join(', ')]))
}
