import { failed, passed, warning, type Finding } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { Facts } from './facts.ts'
import type { Controller } from './read-argo.ts'
import { skipped, told, unseen } from './told.ts'

const INSTALL = 'have Argo Workflows 3.7 or newer installed by an administrator, with its CRDs'
const KINDS = ['workflows', 'workflowtemplates', 'workflowtaskresults']
/** Older ones are not supported, those between were not tried. */
const OLDEST = [3, 5] as const
const TRIED = [3, 7] as const

export function judgeArgo({ kinds, schema }: Pick<Facts, 'kinds' | 'schema'>, hasSchedules: boolean): PlanCheck {
  const { value, problem, seconds } = kinds
  if (problem !== undefined) {
    const none = failed('the cluster has no Argo Workflows', INSTALL)
    return told('argo', problem.code === 'not_found' ? none : unseen(problem, INSTALL), { seconds })
  }
  const missing = [...KINDS, ...(hasSchedules ? ['cronworkflows'] : [])].filter((kind) => !value.has(kind))
  if (missing.length > 0)
    return told('argo', failed(`the cluster has no ${missing.join(' and no ')}`, INSTALL), { seconds })
  const words = {
    full: ', with the full schema: a fault in a template is refused at once',
    minimal: ', with the minimal schema: Argo alone looks at templates',
  }
  const isKnown = schema.value !== undefined && schema.value !== null
  return told('argo', passed(`takes templates${isKnown ? words[schema.value] : ''}`), { seconds })
}

/** That a controller is there that looks after the namespace. */
export function judgeController({ controllers }: Pick<Facts, 'controllers'>, namespace: string): PlanCheck {
  const { value, problem, seconds } = controllers
  if (problem !== undefined) {
    const finding = unseen(problem, 'get the right to list deployments in the whole cluster, so that it is known')
    return told('argo-controller', finding, { seconds })
  }
  return told('argo-controller', controllerFinding(value, namespace), { seconds })
}

function controllerFinding(all: readonly Controller[], namespace: string): Finding {
  if (all.length === 0) {
    return skipped('no deployment runs an image named workflow-controller', 'look whether Argo’s controller runs')
  }
  const own = all.filter(({ only }) => only === null || only === namespace)
  if (own.length === 0) {
    const places = [...new Set(all.map(({ only }) => only))].join(', ')
    const fix = 'name such a namespace in the target, or have Argo look after this one'
    return failed(`Argo’s controller looks after ${places} alone, not after ${namespace}`, fix)
  }
  const ready = own.find(({ isReady }) => isReady)
  if (ready !== undefined) return versionFinding(ready)
  const [first] = own.map((it) => `${it.namespace}/workflow-controller`)
  return failed(
    `Argo’s controller is not ready (${first}): Workflows would wait`,
    'have its deployment mended by an administrator',
  )
}

function versionFinding({ version }: Controller): Finding {
  if (version === null) return passed('ready')
  if (isBefore(version, OLDEST)) return failed(`Argo ${version}, which is older than ${OLDEST.join('.')}`, INSTALL)
  if (isBefore(version, TRIED)) return warning(`Argo ${version}, which was not tried`, INSTALL)
  return passed(`Argo ${version}, ready`)
}

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [own = 0, part = 0] = version.split('.').map(Number)
  return own < major || (own === major && part < minor)
}
