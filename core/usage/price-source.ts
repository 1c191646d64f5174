import { isProblem } from '#core/base/problem.ts'
import type { Prices } from '#core/contract/prices.ts'

/** The prices of a data folder, or in one sentence why there are none. */
export type PriceSource = { readonly prices: Prices } | { readonly prices: null; readonly words: string }

/** Looks at prices so that what needs them goes on without. Throws what is no Problem. */
export function lookAtPrices(read: () => Prices | null): PriceSource {
  try {
    const prices = read()
    return prices === null
      ? { prices, words: 'no price file: minisub prices --init writes one to fill in' }
      : { prices }
  } catch (error) {
    if (isProblem(error)) return { prices: null, words: error.message }
    throw error
  }
}

/** What money and energy rest on, in one sentence, or what is missing for them. */
export function priceWords(source: PriceSource, lacks: readonly string[]): string {
  if (source.prices === null) return source.words
  const missing = [...new Set(lacks)]
  if (missing.length === 0) return 'by prices.yaml, for what steps ask for while their commands run'
  return `cost or energy is not known for lack of ${missing.join(', ')}`
}
