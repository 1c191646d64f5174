import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { openPlanner, type PlannerOptions } from './planner.ts'

/** A cluster that answers nothing until it is given up. */
function silent(signals: AbortSignal[]): object {
  const never = (signal: AbortSignal | undefined): Promise<never> => {
    if (signal !== undefined) signals.push(signal)
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))))
  }
  const last = (...args: readonly unknown[]): Promise<never> => {
    const options = args.at(-1) as { readonly signal?: AbortSignal } | undefined
    return never(options?.signal)
  }
  return { namespace: 'ml', version: () => never(undefined), call: last, get: last, list: last, create: last }
}

test('what is wrong with the request is told at once, and what was asked meanwhile is given up', async () => {
  const signals: AbortSignal[] = []
  const wrong = new Problem('missing_parameter', 'the parameter "depth" has no default: give it')
  const options = {
    pipelines: {
      survey: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        throw wrong
      },
    },
    target: () => ({ profile: { namespace: 'ml', serviceAccount: 'pipeline' }, cluster: silent(signals) }),
  } as unknown as PlannerOptions
  const start = performance.now()
  await expect(openPlanner(options).plan({ file: '/p.yaml', target: 'lab' }, {})).rejects.toBe(wrong)
  expect(performance.now() - start).toBeLessThan(2_000)
  expect(signals.length).toBeGreaterThan(5)
  expect(signals.every((it) => it.aborted)).toBe(true)
})

test('a target that is none is told by the survey', async () => {
  const wrong = new Problem('not_supported', 'the target process runs pipelines on this machine: name a cluster target')
  const options = {
    pipelines: { survey: () => Promise.reject(wrong) },
    target: () => {
      throw new Problem('not_found', 'no such target')
    },
  } as unknown as PlannerOptions
  await expect(openPlanner(options).plan({ file: '/p.yaml', target: 'process' }, {})).rejects.toBe(wrong)
})
