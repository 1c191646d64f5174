/** A piece of SQL with the values of its question marks, in their order. */
export type Sql = { readonly sql: string; readonly values: readonly (string | number)[] }

/** What is asked of a series beside its latest value; of the finite ones. */
export type Fold = 'min' | 'max' | 'last' | 'mean'

/** What an identifier of a filter stands for. */
export type Column = {
  readonly type: 'text' | 'number'
  /** A scalar expression over the row of the search, or over a row of `from` where there is one. */
  readonly value: Sql
  /**
   * The rows of other tables that hold the value: what follows FROM, ending in a WHERE to which AND can be added. None is
   * a missing value; of several a condition holds where it holds for one.
   */
  readonly from?: Sql
  /** An expression that is 1 where the value is NaN. */
  readonly nan?: string
  /** The value may be NULL, which is a missing one. */
  readonly nullable?: true
  /** An empty text is a missing value for IS NULL. */
  readonly emptyIsNull?: true
  /** ORDER BY that puts first the one of several rows that a sort goes by. */
  readonly latest?: string
  /** What is sorted by where that is not the value. */
  readonly sort?: Sql
  /** Searches cannot be sorted by it. */
  readonly unsortable?: true
}

/** The names that a search knows. */
export type Grammar = {
  /** Entity names and what they are short for: `attr`, `run` -> `attribute`. */
  readonly entities: Readonly<Record<string, string>>
  /** Where no entity is named. */
  readonly bare: string
  /**
   * The column of a key, such as `loss` of `metric`; with `fold` for `metrics.loss@max`. Undefined where the search does
   * not know it. */
  column(entity: string, key: string, fold?: Fold): Column | undefined
  /** Known identifiers, for the message of a fault and for completion: `attributes.name`, `tags.<key>`. */
  readonly known: readonly string[]
  /** How a message begins where an unknown field is to be sorted by; else as for an unknown field of a filter. */
  readonly orderWords?: string
  /** A condition that is added where the filter does not name the entity (with `key`: that key of it). */
  readonly unlessNamed?: { readonly entity: string; readonly key?: string; readonly condition: Sql }
}

/** A dataset that metrics of logged models are limited to; any digest where it is absent. */
export type DatasetScope = { readonly name: string; readonly digest?: string }
