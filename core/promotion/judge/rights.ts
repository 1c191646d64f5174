import { failed, passed, roleFix, USER_RIGHTS, warning, type Finding, type Right } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { Facts } from './facts.ts'
import { rightName } from './read-rights.ts'
import { told, unseen } from './told.ts'

/** Without these a push and its runs work; what they are for does not. */
const WANTED: Readonly<Record<string, string>> = {
  'delete workflowtemplates': 'a push cannot be taken back',
  'watch workflowtemplates': 'a push of somebody else is seen late',
  'deletecollection pods': 'pods of a cancelled run go one by one',
  'list events': 'why a pod waits is not told',
}

/** What a push and its runs need in the namespace; schedules need CronWorkflows as well. */
function neededRights(hasSchedules: boolean): Right[] {
  return USER_RIGHTS.filter(({ resource }) => hasSchedules || resource !== 'cronworkflows')
}

/** A check for each kind of objects. */
export function judgeRights({ missingRights }: Pick<Facts, 'missingRights'>, hasSchedules: boolean): PlanCheck[] {
  const { value, problem, seconds } = missingRights
  if (problem !== undefined) {
    return [told('rights', unseen(problem, 'compare your rights with the Role in docs/targets.md'), { seconds })]
  }
  return neededRights(hasSchedules).map((right) =>
    told('rights', rightFinding(right, value), { part: right.resource, seconds }),
  )
}

function rightFinding(right: Right, missing: ReadonlySet<string>): Finding {
  const verbs = right.verbs.filter((verb) => missing.has(rightName(verb, right)))
  if (verbs.length === 0) return passed(right.verbs.join(', '))
  const found = `you may not ${verbs.join(', ')} ${right.resource}`
  const uses = verbs.map((verb) => WANTED[rightName(verb, right)])
  if (uses.includes(undefined)) return failed(found, roleFix(verbs, right))
  return warning(`${found}: ${uses.join(', ')}`, roleFix(verbs, right))
}
