import { API_PREFIX } from './http.ts'
import { PricesView } from './prices.ts'
import type { Route } from './route.ts'

/** The price file of the data folder. */
export const priceRoutes = {
  showPrices: {
    method: 'GET',
    path: `${API_PREFIX}/prices`,
    summary: 'The price file of the data folder and what it holds; `prices` is null where there is none',
    auth: 'token',
    response: PricesView,
    example: {
      output: {
        file: '/home/ada/.mini-submarine/prices.yaml',
        prices: { currency: 'EUR', default: { coreHour: 0.04 }, targets: { lab: { coreHour: 0.03, wattsPerCore: 6 } } },
      },
    },
  },
} as const satisfies Record<string, Route>
