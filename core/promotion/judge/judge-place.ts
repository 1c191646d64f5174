import type { Looked } from '#core/base/looked.ts'
import type { Problem } from '#core/base/problem.ts'
import { failed, findingOf, passed, type Finding } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { Facts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import { told, unseen } from './told.ts'

/** The oldest Kubernetes that is supported. */
const OLDEST = { major: 1, minor: 28 }
const MANAGER = 'app.kubernetes.io/managed-by'
const PIPELINE = 'mini-submarine/pipeline'

type Reached = Pick<Facts, 'version' | 'namespace' | 'missingRights' | 'account' | 'quotas' | 'nodes' | 'kinds'>

/** Only where nothing else answered, it cannot be reached. */
export function judgeReach(facts: Reached): PlanCheck {
  const { value, problem, seconds } = facts.version
  if (problem !== undefined) {
    const fix = 'correct the kubeconfig or the address in it'
    const { namespace, missingRights, account, quotas, nodes, kinds } = facts
    const answers = [namespace, missingRights, account, quotas, nodes, kinds].some(isAnswered)
    return told('reach', answers ? unseen(problem, fix) : findingOf(problem, fix), { seconds })
  }
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(value) ?? []
  const isOld = Number(major) === OLDEST.major && Number(minor) < OLDEST.minor
  const oldest = `${OLDEST.major}.${OLDEST.minor}`
  const old = failed(
    `Kubernetes ${value}, which is older than ${oldest}`,
    `have the cluster upgraded to ${oldest} or newer`,
  )
  return told('reach', isOld ? old : passed(`Kubernetes ${value}`), { seconds })
}

function isAnswered({ problem }: Looked<unknown>): boolean {
  return problem === undefined || ['cluster_forbidden', 'not_found', 'cluster_refused'].includes(problem.code)
}

type Place = Pick<Facts, 'namespace' | 'templateTried'>

/** Somebody who may not read the namespace is told by the dry run of the template whether it is there. */
export function judgeNamespace({ namespace, templateTried }: Place, name: string): PlanCheck {
  const { value, problem, seconds } = namespace
  const finding = problem === undefined ? phaseFinding(name, value.phase) : unreadFinding(name, problem, templateTried)
  return told('namespace', finding, { seconds })
}

const GONE_FIX = 'wait until it is gone and have it made anew, or name another one in the target'

function phaseFinding(name: string, phase: string): Finding {
  return phase === 'Active' ? passed(name) : failed(`${name} is ${phase}`, GONE_FIX)
}

function unreadFinding(name: string, problem: Problem, tried: Place['templateTried']): Finding {
  const missing = failed(`there is no namespace ${name}`, 'correct the namespace of the target, or have it made')
  if (problem.code === 'not_found') return missing
  const words = tried.problem?.message ?? ''
  if (words.includes('being terminated')) return failed(`${name} is Terminating`, GONE_FIX)
  if (/namespaces ".*" not found/.test(words)) return missing
  const isThere = tried.problem === undefined || ['conflict', 'cluster_refused'].includes(tried.problem.code)
  if (isThere && problem.code === 'cluster_forbidden') return passed(`${name}, which you may not read`)
  return unseen(problem, 'get the right to read the namespace')
}

/** That what has the name of the template is as a push from here has made it. */
export function judgeName(
  { template }: Pick<Facts, 'template'>,
  { object, conflict, profile }: Pick<JudgeInput, 'object' | 'conflict' | 'profile'>,
): PlanCheck {
  const { value, problem, seconds } = template
  if (conflict !== null) return told('template-name', conflictFinding(conflict), { seconds })
  const { name = '', labels = {} } = object?.metadata ?? {}
  if (problem === undefined) {
    return told('template-name', ownerFinding(value, labels[PIPELINE], profile.namespace), { seconds })
  }
  const finding =
    problem.code === 'not_found' ? passed(`${name} is free`) : unseen(problem, 'get the right to get workflowtemplates')
  return told('template-name', finding, { seconds })
}

function conflictFinding({ message }: Problem): Finding {
  const at = message.indexOf(': ')
  return failed(message.slice(0, at), message.slice(at + 2))
}

/** Its name is the hash of its content, which the survey has compared where somebody has changed it. */
function ownerFinding({ kind, metadata }: KubeObject, pipeline: string | undefined, namespace: string): Finding {
  const { name, labels = {} } = metadata
  const owner = labels[MANAGER]
  if (owner === 'mini-submarine' && labels[PIPELINE] === pipeline)
    return passed(`${name} is there, with the same content`)
  const whose = owner === undefined ? 'of somebody else' : `of somebody else (${owner})`
  const fix = `have it renamed or deleted (\`kubectl --namespace ${namespace} delete ${(kind ?? 'WorkflowTemplate').toLowerCase()} ${name}\`), or give the pipeline another name`
  return failed(`the name ${name} is taken by an object ${whose}`, fix)
}

/** What the cluster and its policies say of the object itself. */
export function judgeTemplate({ templateTried }: Pick<Facts, 'templateTried'>): Finding {
  const { problem } = templateTried
  // A name that is taken is found after all else was let through.
  if (problem === undefined || problem.code === 'conflict') return passed('takes the template and its pods by dry run')
  if (problem.code === 'cluster_refused') return failed(problem.message, POLICY_FIX)
  return unseen(problem, 'get the right to create workflowtemplates, so that it can be tried')
}

export const POLICY_FIX = 'do what the words ask for, or have the administrator change what refuses it'
