import { isProblem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { mayI } from './access-review.ts'
import {
  clusterOf,
  failed,
  orProblem,
  passed,
  warning,
  type Check,
  type CheckContext,
  type Finding,
} from './check-context.ts'
import { RESOURCES } from './resources.ts'

/** That the namespace takes pods such as those that runs make. */
export const POD_SECURITY_CHECK: Check = {
  id: 'pod-security',
  title: 'Pod security',
  needs: ['namespace'],
  fix: 'ask an administrator what keeps pods away',
  run: checkPodSecurity,
}

const LEVEL = 'pod-security.kubernetes.io/enforce'

async function checkPodSecurity(context: CheckContext): Promise<Finding> {
  const { opened, signal } = context
  const cluster = clusterOf(context)
  const level = opened.namespaceLabels?.[LEVEL]
  if (!(await mayI(cluster, { group: '', resource: 'pods', verb: 'create' }, signal))) return byLabel(level)
  const tried = await orProblem(() => cluster.create(RESOURCES.pods, podOf(context), { dryRun: true, signal }))
  const words = level === undefined ? '' : `, at the level ${level}`
  if (!isProblem(tried)) return passed(`takes pods like those of runs${words}`)
  if (tried.code !== 'cluster_refused') throw tried
  return failed(tried.message, admissionFix(tried.message, context.profile) ?? POD_SECURITY_CHECK.fix)
}

/** What to do where the cluster lets no pod in, by its own words; undefined where these are none that are known. */
export function admissionFix(words: string, { namespace, serviceAccount }: ClusterProfile): string | undefined {
  if (words.includes('exceeded quota')) return 'free some of the quota, or ask for more'
  if (/failed quota: .*must specify/.test(words)) {
    return 'have a LimitRange with defaults for containers made, or `executor.resources` set in Argo'
  }
  if (words.includes('PodSecurity')) {
    return `have an administrator call \`kubectl label --overwrite namespace ${namespace} ${LEVEL}=baseline\``
  }
  if (/serviceaccount ".*" not found/.test(words)) {
    return `name another service account in the target, or make ${serviceAccount} with its Role, see docs/targets.md`
  }
  return undefined
}

/** Who may not create pods cannot try it: Argo's controller makes those of runs. */
function byLabel(level: string | undefined): Finding {
  if (level === 'restricted') {
    const fix = 'have the level set to baseline, where the pod below is refused'
    return warning('the level is restricted, and pods of runs run as the user of their image', fix)
  }
  const found = level === undefined ? 'you may not try it' : `the level is ${level}`
  return level === undefined
    ? { status: 'skipped', found: `${found}: the pod below shows it`, fix: null }
    : passed(found)
}

/** A pod with what all pods of runs have. */
function podOf({ profile, opened }: CheckContext): object {
  const { labels, serviceAccount, nodeSelector, tolerations, imagePullSecret, registry } = profile
  const container = { name: 'main', image: `${registry}/minisub-test`, command: ['true'] }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: opened.mark, labels },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: serviceAccount,
      nodeSelector,
      tolerations,
      ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
      containers: [container],
    },
  }
}
