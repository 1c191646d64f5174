import { admissionFix, failed, type Finding, passed, warning } from '#core/cluster-facts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import { orProblem, type Check, type CheckContext } from './check-context.ts'
import { isCopied } from './checks-stores.ts'
import { startProbe, type Probe, type ProbeLook } from './probe.ts'

/** By then Argo's controller has looked at a new Workflow. */
const CONTROLLER_MS = 20_000
/** By then a pod has a node and its images; a node that is not there yet takes longer, which is said. */
const PULL_MS = 180_000
/** By then a pod that has begun has ended. */
const END_MS = 60_000
/** A reason that stays so long is no passing one. */
const PASSING_MS = 12_000

/** What to do, where nothing better is known. */
const FIX = {
  pull: 'ask an administrator what keeps pods away',
  bucket: 'correct the address of the bucket as pods see it: minisub target edit NAME --cluster-endpoint',
  version: 'look at the image of argoexec in a pod of a Workflow',
} as const

/** What can only be seen by a pod: a Workflow of one is run in the namespace, and removed. */
export const PROBE_CHECKS: readonly Check[] = [
  {
    id: 'argo-controller',
    title: 'Argo’s controller',
    needs: ['argo', 'rights:workflows', 'rights:pods', 'rights:secrets', 'service-account', 'bucket', 'runner-image'],
    fix: 'ask the administrator of Argo what keeps a Workflow of one pod away',
    run: checkController,
  },
  {
    id: 'image-pull',
    title: 'Pod and image',
    needs: ['argo-controller'],
    fix: FIX.pull,
    run: checkPull,
  },
  {
    id: 'bucket-from-pod',
    title: 'Bucket, from a pod',
    needs: ['image-pull'],
    fix: FIX.bucket,
    run: checkBucketFromPod,
  },
  {
    id: 'argo-version',
    title: 'Version of Argo',
    needs: ['image-pull', 'rights:pods/log'],
    fix: FIX.version,
    run: checkVersion,
  },
]

/** Before the pod: what it is made of. */
export const RUNNER_IMAGE_CHECK: Check = {
  id: 'runner-image',
  title: 'Step runner in the registry',
  needs: ['registry'],
  fix: 'start a container engine here, so that the image can be built and pushed once',
  run: async (context) => {
    const image = await context.deps.imageForProbe(context.profile, context.signal)
    context.opened.image = image
    return passed(image)
  },
}

function probeOf({ opened }: CheckContext): Probe {
  if (opened.probe === undefined) throw new Error('a check that needs the pod ran before it was started')
  return opened.probe
}

async function checkController(context: CheckContext): Promise<Finding> {
  const { opened, profile } = context
  if (opened.image === undefined) throw new Error('a check that needs the image ran before it was there')
  const probe = await startProbe(context, opened.image)
  opened.probe = probe
  const look = await probe.until(CONTROLLER_MS, ({ phase }) => phase !== '')
  if (look.phase !== '') return passed(`takes up Workflows of ${profile.namespace}`)
  const found = `did not look at a Workflow of ${profile.namespace} within ${CONTROLLER_MS / 1000} s`
  return failed(found, 'ask its administrator whether it runs, and whether it watches this namespace')
}

async function checkPull(context: CheckContext): Promise<Finding> {
  const probe = probeOf(context)
  const isStuck = lasting(PASSING_MS, isHindered)
  const look = await probe.until(PULL_MS, (it) => isOver(it) || it.pod?.hasBegun === true || isStuck(it))
  const { pod, message } = look
  const { registry, nodeSelector, platform } = context.profile
  if (pod?.hasBegun === true) return passed(`ran on ${pod.node}`)
  if (pod !== undefined && pod.pulling !== '') {
    return failed(pod.pulling, `let nodes pull from ${registry}: minisub target edit NAME --image-pull-secret`)
  }
  if (pod !== undefined && pod.unschedulable !== '') {
    const what = [platform, ...Object.keys(nodeSelector)].join(', ')
    return failed(pod.unschedulable, `have nodes made that fit (${what}), or correct the target`)
  }
  // Its image may be there though the artifact is not: Argo's own container comes first.
  if (isOver(look) && pod !== undefined) return passed(`was on ${pod.node}, and ended early`)
  if (message === '') return failed(`no pod within ${PULL_MS / 1000} s`, FIX.pull)
  return failed(message, admissionFix(message, context.profile) ?? FIX.pull)
}

function isOver({ phase }: ProbeLook): boolean {
  return ['Succeeded', 'Failed', 'Error'].includes(phase)
}

/** Whether something keeps the pod from its node or its image, in the words of the cluster or of Argo. */
function isHindered({ pod, message }: ProbeLook): boolean {
  if (/forbidden|exceeded quota|violates/.test(message)) return true
  return pod !== undefined && (pod.unschedulable !== '' || pod.pulling !== '')
}

/** Holds when something was so for so long without a break. */
function lasting(ms: number, is: (look: ProbeLook) => boolean): (look: ProbeLook) => boolean {
  let since: number | undefined
  return (look) => {
    since = is(look) ? (since ?? Date.now()) : undefined
    return since !== undefined && Date.now() - since >= ms
  }
}

async function checkBucketFromPod(context: CheckContext): Promise<Finding> {
  const { phase, message } = await probeOf(context).until(END_MS, isOver)
  if (/workflowtaskresults/.test(message)) {
    return failed(message, `give ${context.profile.serviceAccount} the Role of pods in docs/targets.md`)
  }
  if (phase !== 'Succeeded')
    return failed(message === '' ? `the pod did not end within ${END_MS / 1000} s` : message, FIX.bucket)
  if (await isCopied(context)) return passed('a pod has read an object and written another')
  return failed('a pod has written an object that is not seen from here', 'check that both addresses lead to one store')
}

/** The oldest minor version of Argo 3 that runs are made for, and the oldest that they were tried on. */
const OLDEST_ARGO = 5
const TRIED_ARGO = 7

async function checkVersion(context: CheckContext): Promise<Finding> {
  const probe = probeOf(context)
  const { pod } = await probe.until(END_MS, isOver)
  const log = pod === undefined ? '' : await orProblem(() => probe.log(pod.name))
  const [, version, major, minor] = /argoexec: (v?(\d+)\.(\d+)[^\s+]*)/.exec(isProblem(log) ? '' : log) ?? []
  if (version === undefined) return warning('a pod did not tell it', FIX.version)
  if (Number(major) < 3 || (Number(major) === 3 && Number(minor) < OLDEST_ARGO)) {
    return failed(`Argo Workflows ${version} is older than 3.${OLDEST_ARGO}`, 'have it upgraded to 3.7 or newer')
  }
  if (Number(major) === 3 && Number(minor) >= TRIED_ARGO) return passed(`Argo Workflows ${version}`)
  return warning(`Argo Workflows ${version}, on which runs were not tried`, 'prefer 3.7')
}
