import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Cluster, KubeObject, LogOptions } from '#core/runtimes/cluster.ts'

const Items = z.object({ items: z.array(z.custom<KubeObject>()).nullish() })

/** The conditions in the status of an object. */
export const Conditions = z
  .object({
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
      .default([]),
  })
  .prefault({})

/** Objects below a path of any namespace; few enough for one answer. */
export async function listAt(cluster: Cluster, path: string, signal: AbortSignal): Promise<KubeObject[]> {
  return Items.parse(await cluster.call('GET', path, undefined, { signal })).items ?? []
}

/** The result of a call, or undefined where it throws a Problem of one of these codes. */
export async function unless<Result>(
  codes: readonly ProblemCode[],
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await call()
  } catch (error) {
    if (isProblem(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

/** The last lines of the log of a container that are not empty; none where it cannot be read. */
export async function lastLines(cluster: Cluster, pod: string, options: Omit<LogOptions, 'follow'>): Promise<string[]> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of cluster.log(pod, { ...options, follow: false })) parts.push(part)
  } catch (error) {
    if (!isProblem(error)) throw error
  }
  const lines = Buffer.concat(parts).toString().split('\n')
  return lines.filter((line) => line.trim() !== '')
}
