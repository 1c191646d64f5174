import type { ClusterProfile } from '#core/contract/cluster-targets.ts'

/** The label of a namespace with the level of Pod Security that it enforces. */
export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce'

/** What to do where the cluster lets no pod in, by its own words; undefined where these are none that are known. */
export function admissionFix(words: string, { namespace, serviceAccount }: ClusterProfile): string | undefined {
  if (words.includes('exceeded quota')) return 'free some of the quota, or ask for more'
  if (/failed quota: .*must specify/.test(words)) {
    return 'have a LimitRange with defaults for containers made, or `executor.resources` set in Argo'
  }
  if (words.includes('PodSecurity')) {
    return `have an administrator call \`kubectl label --overwrite namespace ${namespace} ${ENFORCE_LABEL}=baseline\``
  }
  if (/serviceaccount ".*" not found/.test(words)) {
    return `name another service account in the target, or make ${serviceAccount} with its Role, see docs/targets.md`
  }
  return undefined
}
