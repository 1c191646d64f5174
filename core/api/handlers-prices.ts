import type { priceRoutes } from '#core/contract/routes-prices.ts'
import type { PriceBook } from '#core/prices/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of the price file of the data folder. */
export function priceHandlers({ prices }: { readonly prices: PriceBook }): Pick<Handlers, keyof typeof priceRoutes> {
  return { showPrices: () => prices.show() }
}
