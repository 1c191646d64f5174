/** Those who wait until something of theirs is on disk. */
export class Waiters {
  readonly #rejects = new Set<(why: Error) => void>()
  #end: Error | undefined

  /** A promise that `done` resolves. It rejects when waiting is given up; at once where it was given up before. */
  begin(): { readonly promise: Promise<void>; readonly done: () => void } {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#end === undefined) this.#rejects.add(reject)
    else reject(this.#end)
    const done = (): void => {
      this.#rejects.delete(reject)
      resolve()
    }
    return { promise, done }
  }

  /** Rejects all promises that are not done, and those to come. */
  giveUp(why: Error): void {
    this.#end ??= why
    for (const reject of this.#rejects) reject(this.#end)
    this.#rejects.clear()
  }
}
