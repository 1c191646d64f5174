type Page = { readonly total: number | null; readonly runs: readonly { readonly status: string }[] }
type Address = {
  /** The search. */
  readonly of: string
  /** '' for the first. */
  readonly page: string
}

/** So long a page after the first is taken to be as it was, in ms. */
const KEPT_MS = 20_000

/**
 * Reads pages of runs again where they may have changed. A list is asked for anew with each change, all of its pages:
 * with 10,000 runs, each time a value is logged. So pages after the first are kept for a while, where as many runs fit
 * as before and none of the page goes on.
 */
export function cachedPages<Read extends Page>(
  now: () => number = Date.now,
): {
  read(address: Address, ask: () => Promise<Read>): Promise<Read>
  forget(): void
} {
  const kept = new Map<string, { readonly page: Read; readonly at: number }>()
  let last: { readonly of: string; readonly total: number | null } = { of: '', total: null }
  return {
    read: async ({ of, page }, ask) => {
      if (page !== '') {
        const known = of === last.of ? kept.get(page) : undefined
        const isQuiet = known?.page.runs.every(({ status }) => status !== 'RUNNING') === true
        if (known !== undefined && isQuiet && now() - known.at < KEPT_MS) return known.page
      }
      const read = await ask()
      if (page === '') {
        if (of !== last.of || read.total !== last.total) kept.clear()
        last = { of, total: read.total }
      } else if (of === last.of) kept.set(page, { page: read, at: now() })
      return read
    },
    forget: () => kept.clear(),
  }
}
