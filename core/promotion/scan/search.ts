import type { PortabilityFinding } from '#core/contract/plan.ts'
import { localAddresses } from './find-addresses.ts'
import { hostPaths, temporaryPaths } from './find-paths.ts'
import { isDefaultOf, variablesOf } from './find-variables.ts'
import { isOfShell, isUsual } from './given.ts'
import type { Hit, Source } from './source.ts'

/** What a text names, before it is known who uses it. */
export type Named = {
  readonly kind: PortabilityFinding['kind'] | 'temporary_path'
  readonly hit: Hit
  /** As it is told: without the names and passwords of addresses. */
  readonly text: string
}

/**
 * What a text names that this machine has and another may not: paths, variables, addresses, each name of a kind once.
 * `isGiven`: whether a variable has a value in every step that uses the text, so that its default is never used.
 */
export function search(source: Source, hostName: string, isGiven: (name: string) => boolean): Named[] {
  const { reads, sets } = variablesOf(source)
  const isShell = source.grammar.name === 'shell'
  const missing = reads.filter(({ text }) => !isUsual(text) && !sets.has(text) && !(isShell && isOfShell(text)))
  const isUsed = ({ hit }: Found): boolean => !isDefaultOf(source, hit.offset, isGiven)
  const found: Found[] = [
    ...hostPaths(source).map((hit) => ({ kind: 'host_path', hit }) as const),
    ...temporaryPaths(source).map((hit) => ({ kind: 'temporary_path', hit }) as const),
    ...localAddresses(source, hostName).map((hit) => ({ kind: 'network_address', hit }) as const),
  ]
  const variables = missing.map((hit) => ({ kind: 'environment_variable', hit }) as const)
  const all = [...found.filter(isUsed), ...variables]
  return firstOfEach(all.map(({ kind, hit }) => ({ kind, hit, text: withoutUser(hit.text) })))
}

type Found = Omit<Named, 'text'>

/** `postgres://…@db` for `postgres://ada:secret@db`. */
function withoutUser(address: string): string {
  return address.replace(/^([\w+]*:\/\/)[^\s/@]*@/, '$1…@')
}

/** Of a text that names more, these are enough to act on. */
const MOST = 100

function firstOfEach(named: readonly Named[]): Named[] {
  const firsts = new Map<string, Named>()
  for (const one of named.toSorted((a, b) => a.hit.offset - b.hit.offset)) {
    const key = `${one.kind} ${one.text}`
    if (!firsts.has(key)) firsts.set(key, one)
  }
  return [...firsts.values()].slice(0, MOST)
}
