import type { Cost, Prices, Rates } from '#core/contract/prices.ts'

/** What is used of a target; null where it is not known. */
export type Used = {
  /** Asked for, and where none are asked for used. */
  readonly coreHours: number | null
  readonly gibHours: number | null
  readonly gpuHours: number | null
  /** Of cores that worked. */
  readonly workedCoreHours: number | null
  readonly pods: number | null
  /** GB (10^9 bytes). */
  readonly gbSent: number | null
}

/** What something costs and draws. */
export type Priced = {
  readonly cost: Cost | null
  readonly energyWh: number | null
  /** What is missing, each such as `a price of GPUs (gpuHour)`. */
  readonly lacks: readonly string[]
}

export const NOTHING_USED: Used = {
  coreHours: 0,
  gibHours: 0,
  gpuHours: 0,
  workedCoreHours: 0,
  pods: 0,
  gbSent: 0,
}

/** The sum of both; what one does not know is not known of the sum. */
export function addUsed(a: Used, b: Used): Used {
  return {
    coreHours: sum(a.coreHours, b.coreHours),
    gibHours: sum(a.gibHours, b.gibHours),
    gpuHours: sum(a.gpuHours, b.gpuHours),
    workedCoreHours: sum(a.workedCoreHours, b.workedCoreHours),
    pods: sum(a.pods, b.pods),
    gbSent: sum(a.gbSent, b.gbSent),
  }
}

/** The rates of a target: its own, else those of every target. */
function ratesOf({ default: shared, targets }: Prices, target: string): Rates {
  return { ...shared, ...(Object.hasOwn(targets, target) ? targets[target] : {}) }
}

/** Prices what is used of a target. `gpu`: the name of its GPUs, where it is known. */
export function priced(used: Used, prices: Prices, { target, gpu }: { target: string; gpu?: string | null }): Priced {
  const rates = ratesOf(prices, target)
  const amount = hasMoney(rates) ? total(moneyTerms(used, rates, gpu)) : null
  const watts = hasPower(rates) ? total(powerTerms(used, rates, gpu)) : null
  return {
    cost: amount === null ? null : { amount, currency: prices.currency },
    energyWh: watts === null ? null : watts * (rates.pue ?? 1),
    lacks: lacksOf(used, rates, { target, gpu }),
  }
}

/** So much of something, at so much each. `isVital`: without a price what it costs is not known, rather than nothing. */
type Term = { readonly amount: number | null; readonly rate: number | undefined; readonly isVital?: boolean }

function moneyTerms(used: Used, rates: Rates, gpu: string | null | undefined): Term[] {
  return [
    { amount: used.coreHours, rate: rates.coreHour },
    { amount: used.gibHours, rate: rates.gibHour },
    { amount: used.gpuHours, rate: rateOfGpu(rates.gpuHour, gpu), isVital: true },
    { amount: used.pods, rate: rates.podStart },
    { amount: used.gbSent, rate: rates.gbSent },
  ]
}

function powerTerms(used: Used, rates: Rates, gpu: string | null | undefined): Term[] {
  return [
    { amount: used.workedCoreHours, rate: rates.wattsPerCore },
    { amount: used.gibHours, rate: rates.wattsPerGib },
    { amount: used.gpuHours, rate: rateOfGpu(rates.wattsPerGpu, gpu), isVital: true },
  ]
}

function total(terms: readonly Term[]): number | null {
  return terms.map(valueOf).reduce<number | null>(sum, 0)
}

function valueOf({ amount, rate, isVital = false }: Term): number | null {
  if (amount === 0 || rate === 0) return 0
  if (rate === undefined) return isVital ? null : 0
  return amount === null ? null : amount * rate
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

function rateOfGpu(rates: Rates['gpuHour'], gpu: string | null | undefined): number | undefined {
  if (rates === undefined || typeof rates === 'number') return rates
  if (typeof gpu === 'string' && Object.hasOwn(rates, gpu)) return rates[gpu]
  return Object.hasOwn(rates, 'other') ? rates['other'] : undefined
}

function hasMoney({ coreHour, gibHour, gpuHour, podStart, gbSent }: Rates): boolean {
  return [coreHour, gibHour, gpuHour, podStart, gbSent].some((rate) => rate !== undefined)
}

function hasPower({ wattsPerCore, wattsPerGib, wattsPerGpu }: Rates): boolean {
  return [wattsPerCore, wattsPerGib, wattsPerGpu].some((rate) => rate !== undefined)
}

type Where = { readonly target: string; readonly gpu: string | null | undefined }

function lacksOf(used: Used, rates: Rates, { target, gpu }: Where): string[] {
  if (!hasMoney(rates) && !hasPower(rates)) return [`prices of the target ${target} in prices.yaml`]
  const lacks = (amount: number | null, rate: number | undefined): boolean => amount === null && (rate ?? 0) > 0
  const usesGpus = used.gpuHours !== 0
  const [money, watts] = [rateOfGpu(rates.gpuHour, gpu), rateOfGpu(rates.wattsPerGpu, gpu)]
  return [
    usesGpus && hasMoney(rates) && money === undefined ? 'a price of its GPUs (gpuHour)' : '',
    usesGpus && hasPower(rates) && watts === undefined ? 'the power of its GPUs (wattsPerGpu)' : '',
    lacks(used.coreHours, rates.coreHour) || lacks(used.workedCoreHours, rates.wattsPerCore)
      ? 'the cores that are used'
      : '',
    lacks(used.gibHours, rates.gibHour) || lacks(used.gibHours, rates.wattsPerGib) ? 'the memory that is used' : '',
    lacks(used.gpuHours, money) || lacks(used.gpuHours, watts) ? 'how long GPUs are used' : '',
    lacks(used.pods, rates.podStart) ? 'the number of pods' : '',
    lacks(used.gbSent, rates.gbSent) ? 'what is sent' : '',
  ].filter(Boolean)
}
