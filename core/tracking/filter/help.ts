import { operatorsOf } from './compare.ts'
import { FOLDS } from './names.ts'
import type { Grammar } from './types.ts'

/** What a filter of a search can be made of, for a page that helps to write it. */
export type FilterHelp = {
  readonly identifiers: readonly {
    /** As it is written; where `open`, a key of one's own follows. */
    readonly text: string
    readonly open: boolean
    readonly type: 'text' | 'number'
    readonly operators: readonly string[]
    /** What may follow the key: `@min`. */
    readonly folds: readonly string[]
  }[]
  /** Words between and before comparisons. */
  readonly words: readonly string[]
}

/** The identifiers of a search with their types and operators. */
export function filterHelp(grammar: Grammar): FilterHelp {
  return {
    identifiers: grammar.known.map((known) => identifier(known, grammar)),
    words: ['AND', 'OR', 'NOT', '(', ')'],
  }
}

function identifier(known: string, grammar: Grammar): FilterHelp['identifiers'][number] {
  const [prefix = '', key = ''] = known.split('.')
  const entity = grammar.entities[prefix] ?? ''
  const column = grammar.column(entity, key)
  if (column === undefined) throw new Error(`the grammar does not know its own ${known}`)
  const open = key === '<key>'
  return {
    text: open ? `${prefix}.` : known,
    open,
    type: column.type,
    operators: operatorsOf(column),
    folds: FOLDS.filter((fold) => grammar.column(entity, key, fold) !== undefined).map((fold) => `@${fold}`),
  }
}
