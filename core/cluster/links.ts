/** What a run is followed by: the watch of its Workflow, the bucket. It is heard of while all of them answer. */
export class Links {
  readonly #lost = new Map<string, string>()
  readonly #report: (reason: string | null) => void

  constructor(report: (reason: string | null) => void) {
    this.#report = report
  }

  /** Why one of them does not answer; null when it does. */
  tell(link: string, reason: string | null): void {
    if (reason === null) this.#lost.delete(link)
    else this.#lost.set(link, reason)
    const [first] = this.#lost.values()
    this.#report(first ?? null)
  }
}
