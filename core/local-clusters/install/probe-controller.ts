import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { ourObject } from './objects.ts'
import { unless } from './looks.ts'

const WORKFLOWS = { path: '/apis/argoproj.io/v1alpha1', plural: 'workflows' }
/** A controller that watches takes up a Workflow within that. */
const ANSWER_MS = 10_000
const LOOK_MS = 300
/** Argo removes what a core that was killed has left. */
const LONGEST_SECONDS = 120
const Workflow = z.object({ status: z.object({ phase: z.string().default('') }).prefault({}) })

/**
 * Whether a controller of Argo takes up Workflows of the namespace of a connection: tried with one that does nothing and
 * is removed. False also where none may be made.
 */
export async function takesWorkflows(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const name = `minisub-probe-${randomBytes(4).toString('hex')}`
  const object = workflowOf(name)
  const made = await unless(['cluster_forbidden', 'not_found'], () => cluster.create(WORKFLOWS, object, { signal }))
  if (made === undefined) return false
  try {
    const until = performance.now() + ANSWER_MS
    while (performance.now() < until) {
      const { phase } = Workflow.parse(await cluster.get(WORKFLOWS, name, { signal })).status
      if (phase !== '') return true
      await sleep(LOOK_MS, undefined, { signal })
    }
    return false
  } finally {
    await cluster.delete(WORKFLOWS, name)
  }
}

function workflowOf(name: string): object {
  const template = { name: 'nothing', suspend: { duration: '0' } }
  return ourObject(
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow' },
    { name },
    {
      spec: {
        entrypoint: template.name,
        activeDeadlineSeconds: LONGEST_SECONDS,
        ttlStrategy: { secondsAfterCompletion: LONGEST_SECONDS },
        templates: [template],
      },
    },
  )
}
