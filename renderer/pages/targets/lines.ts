/** The lines of a field that say something, without the blanks around them. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What was read of the lines of a field, or what is wrong with them. */
export type Read<Value> = { readonly value: Value; readonly fault?: never } | { readonly fault: string }

/** Labels as lines `key=value`. */
export function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')
}

/** Reads lines `key=value`; each key may be there once. */
export function readPairs(text: string): Read<Record<string, string>> {
  const pairs = new Map<string, string>()
  for (const line of linesOf(text)) {
    const at = line.indexOf('=')
    if (at < 1) return { fault: `"${line}" is not key=value: write one label a line` }
    const key = line.slice(0, at).trim()
    if (pairs.has(key)) return { fault: `"${key}" stands there twice: keep one of the two` }
    pairs.set(key, line.slice(at + 1).trim())
  }
  return { value: Object.fromEntries(pairs) }
}

/** Reads lines that are JSON each. */
export function readJsonLines(text: string): Read<readonly unknown[]> {
  const values: unknown[] = []
  for (const line of linesOf(text)) {
    try {
      values.push(JSON.parse(line))
    } catch {
      return { fault: `"${line}" is not JSON: write one toleration a line, such as {"key":"gpu","operator":"Exists"}` }
    }
  }
  return { value: values }
}
