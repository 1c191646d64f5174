import type { Facts } from './rule.ts'

const FACT_LIMIT = 200

/** Words in which each `{name}` is the fact of that name, on one line and cut where it is long. */
export function fillWords(words: string, facts: Facts): string {
  return words.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined
    return fact === undefined ? whole : shortened(fact)
  })
}

function shortened(fact: string): string {
  const line = fact.replaceAll(/\p{Cc}+/gu, ' ')
  return line.length <= FACT_LIMIT ? line : `${line.slice(0, FACT_LIMIT - 1)}…`
}
