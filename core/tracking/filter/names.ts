import { fault, shown, type Spot } from './fault.ts'
import type { NameToken } from './tokens.ts'
import type { Name } from './tree.ts'
import type { Column, Fold, Grammar } from './types.ts'

/** What can be asked of a series. */
export const FOLDS: readonly Fold[] = ['min', 'max', 'last', 'mean']

/** The identifier that a token writes. Throws Problem `tracking_invalid` for an entity or a fold that is not known. */
export function nameOf(token: NameToken, grammar: Grammar): Name {
  const { text, at, parts } = token
  const [first, ...rest] = parts.map((part) => part.text)
  const entity = rest.length === 0 ? grammar.bare : entityOf(first ?? '', grammar, token)
  const key = rest.length === 0 ? (first ?? '') : rest.join('.')
  return { text, at, entity, key, ...foldOf(token) }
}

/** The column of an identifier. Throws Problem `tracking_invalid` where the search has none. */
export function columnOf(name: Name, grammar: Grammar, words = `Invalid ${name.entity} key`): Column {
  const column = grammar.column(name.entity, name.key, name.fold)
  if (column !== undefined) return column
  if (name.fold !== undefined)
    throw fault(`Invalid identifier ${shown(name.text)}: @${name.fold} can be asked of metrics of runs`, name)
  throw fault(`${words} ${shown(name.key)} specified. Valid keys are ${grammar.known.join(', ')}`, name)
}

function entityOf(word: string, grammar: Grammar, spot: Spot): string {
  const entity = Object.hasOwn(grammar.entities, word) ? grammar.entities[word] : undefined
  if (entity !== undefined) return entity
  const known = Object.keys(grammar.entities)
  throw fault(`Invalid entity type ${shown(word)}. Valid values are ${known.join(', ')}`, spot)
}

function foldOf(token: NameToken): { readonly fold?: Fold } {
  if (token.fold === undefined) return {}
  const fold = FOLDS.find((known) => known === token.fold)
  if (fold !== undefined) return { fold }
  throw fault(`Invalid identifier ${shown(token.text)}: after @ stands one of ${FOLDS.join(', ')}`, token)
}
