import type { Statement, Store } from '#core/store/index.ts'

/** Statements that are prepared once. The type of a row is what its query names; SQLite itself has none. */
export class Rows {
  readonly #store: Store
  readonly #prepared = new Map<string, Statement<unknown[]>>()

  constructor(store: Store) {
    this.#store = store
  }

  sql(text: string): Statement<unknown[]> {
    let statement = this.#prepared.get(text)
    if (statement === undefined) this.#prepared.set(text, (statement = this.#store.db.prepare(text)))
    return statement
  }

  run(text: string, ...values: unknown[]): number {
    return this.sql(text).run(...values).changes
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  get<Row>(text: string, ...values: unknown[]): Row | undefined {
    return this.sql(text).get(...values) as Row | undefined
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  all<Row>(text: string, ...values: unknown[]): Row[] {
    return this.sql(text).all(...values) as Row[]
  }
}
