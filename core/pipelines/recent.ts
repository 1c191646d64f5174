/** Keeps what was made latest, up to a size of all together; what is larger alone is made each time. */
export class Recent<Value> {
  readonly #limit: number
  readonly #kept = new Map<string, { readonly value: Value; readonly size: number }>()
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** What is kept under a key, else what is made for it. Nothing is kept of what is not there yet. */
  get(key: string, make: () => { readonly value: Value; readonly size: number } | undefined): Value | undefined {
    const kept = this.#kept.get(key)
    const found = kept ?? make()
    if (found === undefined) return undefined
    if (kept !== undefined) this.#kept.delete(key)
    else this.#size += found.size
    this.#kept.set(key, found)
    for (const [oldest, { size }] of this.#kept) {
      if (this.#size <= this.#limit) break
      this.#kept.delete(oldest)
      this.#size -= size
    }
    return found.value
  }
}
