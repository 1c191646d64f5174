/** Whether all words of a search occur in one of the texts, in any case; an empty search fits everything. */
export function hasWords(texts: readonly string[], search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const lower = texts.map((text) => text.toLowerCase())
  return words.every((word) => lower.some((text) => text.includes(word)))
}
