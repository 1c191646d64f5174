import {
  admissionFix,
  ENFORCE_LABEL,
  failed,
  type Finding,
  mayI,
  passed,
  RESOURCES,
  warning,
} from '#core/cluster-facts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import { clusterOf, orProblem, type Check, type CheckContext } from './check-context.ts'

/** That the namespace takes pods such as those that runs make. */
export const POD_SECURITY_CHECK: Check = {
  id: 'pod-security',
  title: 'Pod security',
  needs: ['namespace'],
  fix: 'ask an administrator what keeps pods away',
  run: checkPodSecurity,
}

async function checkPodSecurity(context: CheckContext): Promise<Finding> {
  const { opened, signal } = context
  const cluster = clusterOf(context)
  const level = opened.namespaceLabels?.[ENFORCE_LABEL]
  if (!(await mayI(cluster, { group: '', resource: 'pods', verb: 'create' }, signal))) return byLabel(level)
  const tried = await orProblem(() => cluster.create(RESOURCES.pods, podOf(context), { dryRun: true, signal }))
  const words = level === undefined ? '' : `, at the level ${level}`
  if (!isProblem(tried)) return passed(`takes pods like those of runs${words}`)
  if (tried.code !== 'cluster_refused') throw tried
  return failed(tried.message, admissionFix(tried.message, context.profile) ?? POD_SECURITY_CHECK.fix)
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
