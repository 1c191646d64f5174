import { failed, type Finding, passed, RESOURCES, warning } from '#core/cluster-facts/index.ts'
import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import { clusterOf, orProblem, type Check, type CheckContext } from './check-context.ts'

const CALL_MS = 10_000
/** The oldest Kubernetes that is supported. */
const OLDEST = { major: 1, minor: 28 }

/** That the cluster answers, as whom, and that namespace and Argo are there. */
export const CLUSTER_CHECKS: readonly Check[] = [
  {
    id: 'reach',
    title: 'API server',
    needs: [],
    fix: 'correct the kubeconfig or the address in it',
    run: async (context) => {
      const { kubeconfig, context: name, namespace } = context.profile
      const cluster = await context.deps.openCluster({ kubeconfig, context: name, namespace })
      context.opened.cluster = cluster
      return versionFinding(await cluster.version())
    },
  },
  {
    id: 'user',
    title: 'User',
    needs: ['reach'],
    fix: 'sign in to the cluster again, so that the kubeconfig has good credentials',
    run: checkUser,
  },
  {
    id: 'namespace',
    title: 'Namespace',
    needs: ['user'],
    fix: 'correct the namespace of the target, or have it made by an administrator',
    run: checkNamespace,
  },
]

function versionFinding(version: string): Finding {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  const isOld = Number(major) === OLDEST.major && Number(minor) < OLDEST.minor
  const oldest = `${OLDEST.major}.${OLDEST.minor}`
  if (!isOld) return passed(`Kubernetes ${version}`)
  return failed(
    `Kubernetes ${version}, which is older than ${oldest}`,
    `have the cluster upgraded to ${oldest} or newer`,
  )
}

const SelfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) })

async function checkUser(context: CheckContext): Promise<Finding> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const options = { signal: context.signal, timeoutMs: CALL_MS }
  const answer = await orProblem(() => clusterOf(context).call('POST', path, body, options))
  if (isProblem(answer)) {
    // An anonymous user may not even ask.
    if (answer.code === 'cluster_forbidden') return failed('nobody: the kubeconfig has no credentials', SIGN_IN)
    throw answer
  }
  const { username } = SelfReview.parse(answer).status.userInfo
  if (username === 'system:anonymous') return failed('nobody: the kubeconfig has no credentials', SIGN_IN)
  return passed(username)
}

const SIGN_IN = 'sign in to the cluster, so that the kubeconfig has credentials of yours'

const Namespace = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  status: z.object({ phase: z.string().default('Active') }).prefault({}),
})

async function checkNamespace(context: CheckContext): Promise<Finding> {
  const { namespace } = context.profile
  const options = { signal: context.signal, timeoutMs: CALL_MS }
  const answer = await orProblem(() =>
    clusterOf(context).call('GET', `/api/v1/namespaces/${namespace}`, undefined, options),
  )
  if (isProblem(answer)) {
    if (answer.code === 'not_found') return noNamespace(namespace)
    if (answer.code === 'cluster_forbidden') return tryNamespace(context)
    throw answer
  }
  const { metadata, status } = Namespace.parse(answer)
  context.opened.namespaceLabels = metadata.labels
  if (status.phase === 'Active') return passed(namespace)
  return failed(`${namespace} is ${status.phase}`, 'wait until it is gone and have it made anew, or name another one')
}

/** Somebody who may not read the namespace is told whether it is there when something is made in it, which is not kept. */
async function tryNamespace(context: CheckContext): Promise<Finding> {
  const { namespace } = context.profile
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: context.opened.mark } }
  const options = { dryRun: true, signal: context.signal, timeoutMs: CALL_MS }
  const tried = await orProblem(() => clusterOf(context).create(RESOURCES.configmaps, object, options))
  if (!isProblem(tried) || tried.code === 'cluster_refused') return passed(`${namespace}, which you may not read`)
  if (tried.code === 'not_found') return noNamespace(namespace)
  if (tried.code !== 'cluster_forbidden') throw tried
  const found = `${namespace} may neither be read by you nor take anything: it is not there, or you have no rights in it`
  return warning(found, 'look at its name, and at the rights below')
}

function noNamespace(namespace: string): Finding {
  return failed(`there is no namespace ${namespace}`, 'correct the namespace of the target, or have it made')
}
