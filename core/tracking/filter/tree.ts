import type { Spot } from './fault.ts'
import type { Fold } from './types.ts'

/** An identifier: an entity in its own name, such as `metric`, and a key. */
export type Name = Spot & { readonly entity: string; readonly key: string; readonly fold?: Fold }
export type Literal = Spot & { readonly value: string | number }
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'NOT LIKE' | 'NOT ILIKE'

export type Comparison = {
  readonly kind: 'compare'
  readonly name: Name
  readonly operator: Operator
  readonly value: Literal
}

/** What a filter says. */
export type Node =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Node[] }
  | { readonly kind: 'not'; readonly of: Node }
  | Comparison
  | { readonly kind: 'in'; readonly name: Name; readonly negated: boolean; readonly values: readonly Literal[] }
  | { readonly kind: 'is'; readonly name: Name; readonly negated: boolean; readonly what: 'NULL' | 'NAN' }
