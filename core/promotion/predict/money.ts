import type { PlanPrediction } from '#core/contract/plan.ts'
import { addUsed, NOTHING_USED, priced } from '#core/usage/index.ts'
import type { PredictOptions } from './predict.ts'
import type { StepCost } from './step-cost.ts'

type Money = Pick<PlanPrediction, 'cost' | 'energyWh'> & { readonly lacks: readonly string[] }

/** What a run would cost and draw, with what the push before it sends. */
export function moneyOf(steps: readonly StepCost[], options: PredictOptions): Money {
  const { prices, target, bytesToSend } = options
  if (prices.prices === null) return { cost: null, energyWh: null, lacks: [] }
  const sent = { ...NOTHING_USED, gbSent: bytesToSend === null ? null : bytesToSend / 1e9 }
  const used = steps.map((step) => ({ ...step, gbSent: 0 })).reduce(addUsed, sent)
  return priced(used, prices.prices, { target })
}
