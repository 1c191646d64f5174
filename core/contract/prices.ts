import { z } from 'zod'

const amount = z.number({ error: 'a number is wanted' }).min(0, { error: 'a number of at least 0 is wanted' })
const ofGpu = z.union([amount, z.record(z.string().min(1), amount)], {
  error: 'a number of at least 0 is wanted, or a map from names of GPUs to such numbers',
})

/** What a target costs and draws. What is left out costs and draws nothing, save GPUs: then it is not known. */
export const Rates = z.strictObject({
  /** Of a core, a GiB of memory, a GPU, for an hour. */
  coreHour: amount.optional(),
  gibHour: amount.optional(),
  /** By name where GPUs differ; `other` is any that is not named. */
  gpuHour: ofGpu.optional(),
  /** Of each attempt, however short. */
  podStart: amount.optional(),
  /** Of a GB (10^9 bytes) that a push sends. */
  gbSent: amount.optional(),
  wattsPerCore: amount.optional(),
  wattsPerGib: amount.optional(),
  wattsPerGpu: ofGpu.optional(),
  /** Power usage effectiveness: what the building draws for each watt of its machines. */
  pue: z.number({ error: 'a number is wanted' }).min(1, { error: 'a PUE is at least 1' }).optional(),
})
export type Rates = z.infer<typeof Rates>

/** The price file of a data folder. */
export const Prices = z.strictObject({
  currency: z
    .string({ error: 'a currency such as EUR is wanted' })
    .regex(/^[A-Z]{3}$/, { error: 'a currency is three capital letters such as EUR' }),
  /** Of every target, as far as the target has none of its own. */
  default: Rates.default({}),
  targets: z.record(z.string().min(1), Rates).default({}),
})
export type Prices = z.infer<typeof Prices>

/** The price file and what it holds; null where there is none. */
export const PricesView = z.object({ file: z.string(), prices: Prices.nullable() })
export type PricesView = z.infer<typeof PricesView>

/** An amount of money. */
export const Cost = z.object({ amount: z.number(), currency: z.string() })
export type Cost = z.infer<typeof Cost>
