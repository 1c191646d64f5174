import { Problem } from '#core/base/problem.ts'

/** `key=value` texts of a flag as a map; one empty text is an empty map. Throws Problem `usage`. */
export function parsePairs(flag: string, texts: readonly string[]): Record<string, string> {
  const result = new Map<string, string>()
  for (const text of texts.filter((it) => it !== '')) {
    const at = text.indexOf('=')
    if (at < 1) throw new Problem('usage', `${flag} wants key=value and got "${text}"`)
    const key = text.slice(0, at)
    if (result.has(key)) throw new Problem('usage', `${flag} gives "${key}" twice: keep one of the two`)
    result.set(key, text.slice(at + 1))
  }
  return Object.fromEntries(result)
}
