import {
  failed,
  type Finding,
  mayI,
  mayUser,
  passed,
  POD_RIGHTS,
  RESOURCES,
  roleFix,
  type Right,
  USER_RIGHTS,
  warning,
} from '#core/cluster-facts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import { clusterOf, orProblem, type Check, type CheckContext } from './check-context.ts'

/** That the user of the kubeconfig may do all that runs need, a check for each resource. */
export const RIGHT_CHECKS: readonly Check[] = USER_RIGHTS.map((right) => ({
  id: `rights:${right.resource}`,
  title: `Rights on ${right.resource}`,
  needs: ['user'],
  fix: 'ask an administrator for the Role in docs/targets.md',
  run: (context) => checkRights(right, context),
}))

/** That pods may run as the service account, and it may report what they leave. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  {
    id: 'service-account',
    title: 'Service account',
    needs: ['namespace'],
    fix: 'correct the service account of the target, or have it made',
    run: checkAccount,
  },
  {
    id: 'service-account-rights',
    title: 'Rights of the service account',
    needs: ['service-account'],
    fix: 'ask an administrator for the Role of pods in docs/targets.md',
    run: checkAccountRights,
  },
  {
    id: 'image-pull-secret',
    title: 'Image pull secret',
    needs: ['namespace', 'rights:secrets'],
    fix: 'correct the image pull secret of the target, or make it with `kubectl create secret docker-registry`',
    run: checkPullSecret,
  },
]

async function checkRights({ group, resource, verbs }: Right, context: CheckContext): Promise<Finding> {
  const cluster = clusterOf(context)
  const answers = await Promise.all(verbs.map((verb) => mayI(cluster, { group, resource, verb }, context.signal)))
  for (const [i, verb] of verbs.entries()) if (answers[i] === true) context.opened.rights.add(`${verb} ${resource}`)
  const missing = verbs.filter((_, i) => answers[i] !== true)
  if (missing.length === 0) return passed(verbs.join(', '))
  return failed(`you may not ${missing.join(', ')} ${resource}`, roleFix(missing, { group, resource }))
}

async function checkAccount(context: CheckContext): Promise<Finding> {
  const { serviceAccount } = context.profile
  const { signal } = context
  const found = await orProblem(() => clusterOf(context).get(RESOURCES.serviceAccounts, serviceAccount, { signal }))
  if (!isProblem(found)) return passed(serviceAccount)
  if (found.code === 'not_found') {
    return failed(`there is no service account ${serviceAccount}`, 'correct it in the target, or have it made')
  }
  if (found.code !== 'cluster_forbidden') throw found
  return warning(`${serviceAccount}, which you may not read`, 'nothing, where the pod below runs')
}

async function checkAccountRights(context: CheckContext): Promise<Finding> {
  const { namespace, serviceAccount } = context.profile
  const user = `system:serviceaccount:${namespace}:${serviceAccount}`
  const { group, resource, verbs } = POD_RIGHTS
  const cluster = clusterOf(context)
  const answers = await orProblem(() =>
    Promise.all(verbs.map((verb) => mayUser(cluster, { user, group, resource, verb }, context.signal))),
  )
  if (isProblem(answers)) {
    if (answers.code !== 'cluster_forbidden') throw answers
    return warning('you may not ask for the rights of others', 'nothing, where the pod below ends well')
  }
  const missing = verbs.filter((_, i) => answers[i] !== true)
  if (missing.length === 0) return passed(`${verbs.join(', ')} ${resource}`)
  const rule = `{apiGroups: ["${group}"], resources: [${resource}], verbs: [${missing.join(', ')}]}`
  const fix = `ask an administrator for the rule ${rule} in a Role of ${serviceAccount}, see docs/targets.md`
  return failed(`${serviceAccount} may not ${missing.join(', ')} ${resource}`, fix)
}

async function checkPullSecret(context: CheckContext): Promise<Finding | null> {
  const { imagePullSecret } = context.profile
  if (imagePullSecret === undefined) return null
  const found = await clusterOf(context).get(RESOURCES.secrets, imagePullSecret, { signal: context.signal })
  const type = String(found['type'])
  if (type.startsWith('kubernetes.io/dockerc')) return passed(imagePullSecret)
  const fix = 'make it with `kubectl create secret docker-registry`'
  return failed(`${imagePullSecret} is of type ${type}, which no image is pulled with`, fix)
}
