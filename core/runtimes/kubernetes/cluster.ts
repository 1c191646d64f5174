import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { Cluster, ClusterAddress, KubeObject } from '../cluster.ts'
import { changesOf } from './changes.ts'
import { isObject, listAll } from './list.ts'
import { readLog } from './log.ts'
import { pathOf, selectors, withQuery } from './paths.ts'
import type { PauseOptions } from './pauses.ts'
import { callForJson, type Call } from './request.ts'
import { openSession, type Session } from './session.ts'
import { beginWatch } from './watch.ts'
import type { Variables } from './kubeconfig.ts'

export type ClusterOptions = {
  /** For credential plugins and proxies; those of this process where absent. */
  readonly variables?: Variables
  /** Without a connection after that, a call fails; 2.8 s where absent. */
  readonly connectMs?: number
  /** How many objects of a list are asked for at once; 200 where absent. */
  readonly pageSize?: number
  /** Silence after which a watch makes a new connection; 90 s where absent. Bookmarks come every minute. */
  readonly silenceMs?: number
  /** Pauses of a watch that cannot connect; from 0.5 s to 30 s where absent. */
  readonly pauses?: PauseOptions
}

/** Whoever asks knows within 3 s. */
const CONNECT_MS = 2800
/** A Workflow may have a MB. */
const PAGE_SIZE = 200
const SILENCE_MS = 90_000
const PAUSES = { firstMs: 500, mostMs: 30_000 }

/** Opens a connection to a cluster. Nothing is read, run or connected until the first call. */
export function openCluster(address: ClusterAddress, options: ClusterOptions = {}): Cluster {
  const { variables = process.env, connectMs = CONNECT_MS, pageSize = PAGE_SIZE } = options
  const session = openSession(address, { variables, connectMs, pageSize })
  const ends = new Set<() => void>()
  return {
    namespace: address.namespace,
    ...callsOf(session, address.namespace),
    watch(resource, selection, onEvent) {
      const { silenceMs = SILENCE_MS, pauses = PAUSES } = options
      const path = pathOf(address.namespace, resource)
      const stop = beginWatch(session, { path, query: selectors(selection), silenceMs, pauses }, onEvent)
      const end = (): void => {
        ends.delete(end)
        stop()
      }
      ends.add(end)
      return end
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) end()
      await session.close()
    },
  }
}

const Version = z.object({ gitVersion: z.string() })

type Calls = Omit<Cluster, 'namespace' | 'watch' | typeof Symbol.asyncDispose>

function callsOf(session: Session, namespace: string): Calls {
  const forObject = async (call: Call, timeoutMs?: number): Promise<KubeObject> => {
    const answer = await callForJson(session, call, timeoutMs)
    if (isObject(answer)) return answer
    throw new Problem('cluster_refused', `${session.where} answered with no object for ${call.method} ${call.path}`)
  }
  return {
    ...changesOf(session, namespace, forObject),
    async version() {
      const answer = Version.safeParse(await callForJson(session, { method: 'GET', path: '/version' }))
      if (answer.success) return answer.data.gitVersion
      throw new Problem('cluster_refused', `${session.where} tells no version: is it an API server?`)
    },
    call: (method, path, ...[body, { signal, timeoutMs } = {}]) =>
      callForJson(session, { method, path, body, signal }, timeoutMs),
    get: (resource, name, { signal, timeoutMs } = {}) =>
      forObject({ method: 'GET', path: pathOf(namespace, resource, name), signal }, timeoutMs),
    async list(resource, { signal, timeoutMs, ...selection } = {}) {
      const path = pathOf(namespace, resource)
      return (await listAll(session, { path, query: selectors(selection), signal }, timeoutMs)).objects
    },
    log(pod, { container, follow, sinceSeconds, tailLines, namespace: place = namespace, signal, timeoutMs }) {
      // 0 would mean all of it
      const since = sinceSeconds === undefined ? undefined : Math.max(1, Math.ceil(sinceSeconds))
      const path = `${pathOf(place, PODS, pod)}/log`
      const whole = withQuery(path, { container, follow: follow || undefined, sinceSeconds: since, tailLines })
      return readLog(session, { path: whole, follow, signal, timeoutMs })
    },
  }
}

const PODS = { path: '/api/v1', plural: 'pods' }
