import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { MANAGER, MANAGER_LABEL, PIPELINE_LABEL } from './compile-labels.ts'
import type { Connection } from './connections.ts'
import { findObject } from './find-object.ts'
import { currentOf, parseHistory, type PushHistory } from './push-history.ts'
import { CONFIG_MAPS, STORE_LABEL } from './resources.ts'

/** Where the pushes of a target lie. */
export type PushSite = Pick<Connection, 'cluster' | 'store'> & { readonly storeId: string }

const TRIES = 20
const PAUSE_MS = 100

/** Of the ConfigMap with what was pushed of a pipeline to a bucket. */
export function pushConfigMap(pipeline: string, { storeId }: Pick<PushSite, 'storeId'>): string {
  return `minisub-pushed-${pipeline}-${storeId.slice(0, 8)}`
}

/** The labels of all that a push makes. */
export function pushLabels(pipeline: string, { storeId }: Pick<PushSite, 'storeId'>): Record<string, string> {
  return { [MANAGER_LABEL]: MANAGER, [PIPELINE_LABEL]: pipeline, [STORE_LABEL]: storeId }
}

/** What was pushed of a pipeline; undefined where nothing was. Throws Problem `conflict` for what is no history of ours. */
export async function readHistory(
  site: PushSite,
  pipeline: string,
  signal?: AbortSignal,
): Promise<{ readonly history: PushHistory; readonly object: KubeObject } | undefined> {
  const name = pushConfigMap(pipeline, site)
  const found = await findObject(site.cluster, CONFIG_MAPS, { name, signal })
  if (found === undefined) return undefined
  const history = isOurs(found, pipeline, site) ? parseHistory(textOf(found)) : undefined
  if (history !== undefined) return { history, object: found }
  const fix = `put it back, or delete it with \`kubectl -n ${site.cluster.namespace} delete configmap ${name}\` and push again`
  throw new Problem('conflict', `the ConfigMap ${name} holds no history of pushes, somebody has changed it: ${fix}`)
}

function isOurs({ metadata }: KubeObject, pipeline: string, site: PushSite): boolean {
  return Object.entries(pushLabels(pipeline, site)).every(([key, value]) => metadata.labels?.[key] === value)
}

function textOf(object: KubeObject): string {
  const data: unknown = object['data']
  const isMap = typeof data === 'object' && data !== null && 'history' in data
  return isMap ? String(data.history) : ''
}

/**
 * Changes what was pushed of a pipeline, once: what others change at the same time is read anew, so that nothing of theirs
 * is lost. `change` answers the same object where there is nothing to do, and may throw. Resolves to what is there then, and
 * whether this call has changed it.
 */
export async function changeHistory(
  site: PushSite,
  pipeline: string,
  { change, signal }: { change: (history: PushHistory | undefined) => PushHistory; signal: AbortSignal | undefined },
): Promise<{ readonly history: PushHistory; readonly isChanged: boolean }> {
  for (let left = TRIES; ; left -= 1) {
    const before = await readHistory(site, pipeline, signal)
    const history = change(before?.history)
    if (history === before?.history) return { history, isChanged: false }
    try {
      await write(site, pipeline, { history, resourceVersion: before?.object.metadata.resourceVersion, signal })
      return { history, isChanged: true }
    } catch (error) {
      // Gone or changed since it was read.
      if (left === 0 || !isProblem(error) || !/^(conflict|not_found)$/.test(error.code)) throw error
      await sleep(Math.random() * PAUSE_MS, undefined, { signal })
    }
  }
}

type Write = {
  readonly history: PushHistory
  readonly resourceVersion: string | undefined
  readonly signal: AbortSignal | undefined
}

async function write(site: PushSite, pipeline: string, { history, resourceVersion, signal }: Write): Promise<void> {
  const name = pushConfigMap(pipeline, site)
  // The current one apart, for kubectl.
  const data = { current: currentOf(history)?.template ?? '', history: JSON.stringify(history) }
  if (resourceVersion === undefined) {
    const metadata = { name, labels: pushLabels(pipeline, site) }
    await site.cluster.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, { signal })
  } else await site.cluster.patch(CONFIG_MAPS, name, { metadata: { resourceVersion }, data }, { signal })
}
