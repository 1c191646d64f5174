import { z } from 'zod'

/** Amounts by resource, as Kubernetes writes them. */
export const Quantities = z.record(z.string(), z.coerce.string()).default({})

export const LimitRange = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    limits: z.array(
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
      scopes: z.array(z.string()).default([]),
      scopeSelector: z
        .object({
          matchExpressions: z
            .array(z.object({ scopeName: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
            .default([]),
        })
        .optional(),
    })
    .prefault({}),
  status: z.object({ hard: Quantities, used: Quantities }).prefault({}),
})
export type ResourceQuota = z.infer<typeof ResourceQuota>
