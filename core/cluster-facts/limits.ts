import { z } from 'zod'

const Amounts = z.record(z.string(), z.coerce.string())
/** Amounts by resource, as Kubernetes writes them; empty where it writes none or null. */
export const Quantities = Amounts.nullish().transform((it) => it ?? {})

/** Empty where there is none, or null. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((it) => it ?? [])
}

export const LimitRange = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    limits: listOf(
      z.object({
        type: z.string(),
        max: Quantities,
        min: Quantities,
        default: Quantities,
        defaultRequest: Quantities,
        maxLimitRequestRatio: Quantities,
      }),
    ),
  }),
})
export type LimitRange = z.infer<typeof LimitRange>

export const ResourceQuota = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      scopes: listOf(z.string()),
      scopeSelector: z
        .object({
          matchExpressions: listOf(
            z.object({ scopeName: z.string(), operator: z.string(), values: listOf(z.string()) }),
          ),
        })
        .nullish(),
    })
    .prefault({}),
  status: z.object({ hard: Quantities, used: Quantities }).prefault({}),
})
export type ResourceQuota = z.infer<typeof ResourceQuota>
