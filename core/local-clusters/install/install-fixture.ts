import type { Cluster } from '#core/runtimes/cluster.ts'
import { ARGO_KINDS, localPlan, userNamed, type InstallPlan } from './plan.ts'
import { IMAGES } from './versions.ts'

const CREDENTIALS = { accessKey: 'an-access-key', secretKey: 'a-secret-key' }

/** A plan of a local cluster with everything chosen that can be. */
export function fullPlan(): InstallPlan {
  const form = { quotaCpu: '4', quotaMemory: '8Gi', defaultCpu: '250m', defaultMemory: '512Mi' }
  return localPlan({ form, images: IMAGES, registry: 'localhost:5001', credentials: CREDENTIALS })
}

/** A plan for one namespace of a cluster that somebody has already, with a store on a claim. */
export function namespacedPlan(namespace: string, change: Partial<InstallPlan> = {}): InstallPlan {
  return {
    ...fullPlan(),
    namespace,
    namespaces: [{ name: namespace, security: 'baseline' }],
    kinds: ARGO_KINDS,
    controller: { namespace, isNamespaced: true },
    store: { namespace, volume: { size: '1Gi' }, nodePort: null },
    artifacts: { ...fullPlan().artifacts, address: `http://minisub-store.${namespace}.svc:9000` },
    limits: {},
    registry: null,
    users: [userNamed('ada')],
    ...change,
  }
}

/** A connection to a cluster that answers these paths and has nothing else; 403 for those whose answer is that. */
export function answering(answers: Readonly<Record<string, object | Error>>): Cluster {
  const call = async (_method: string, path: string): Promise<unknown> => {
    const found = answers[path]
    if (found === undefined) throw new Error(`nobody expected ${path}`)
    if (found instanceof Error) throw found
    return found
  }
  return { namespace: 'ml', call } as unknown as Cluster
}
