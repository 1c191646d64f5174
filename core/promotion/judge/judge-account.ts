import { failed, passed, POD_RIGHTS, type Finding } from '#core/cluster-facts/index.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { Facts } from './facts.ts'
import { skipped, told, unseen } from './told.ts'

/** That the service account of pods is there, and may report what they leave. */
export function judgeAccount(
  { account, accountLacks }: Pick<Facts, 'account' | 'accountLacks'>,
  { serviceAccount }: Pick<ClusterProfile, 'serviceAccount'>,
): PlanCheck[] {
  const isMissing = account.problem?.code === 'not_found'
  const rights = isMissing
    ? skipped('not looked at, since the service account is not there', null)
    : rightsFinding(accountLacks, serviceAccount)
  return [
    told('service-account', accountFinding(account, serviceAccount), { seconds: account.seconds }),
    told('service-account-rights', rights, { seconds: accountLacks.seconds }),
  ]
}

function accountFinding({ problem }: Facts['account'], name: string): Finding {
  if (problem === undefined) return passed(name)
  if (problem.code !== 'not_found') return unseen(problem, 'get the right to get serviceaccounts')
  const fix = `name another one in the target, or have ${name} made with its Role, see docs/targets.md`
  return failed(`there is no service account ${name}: no pod of a step would be made`, fix)
}

function rightsFinding({ value, problem }: Facts['accountLacks'], name: string): Finding {
  const { group, resource, verbs } = POD_RIGHTS
  if (problem !== undefined) {
    return unseen(problem, 'get the right to create localsubjectaccessreviews, so that it is known')
  }
  if (value.length === 0) return passed(`${verbs.join(', ')} ${resource}`)
  const rule = `{apiGroups: ["${group}"], resources: [${resource}], verbs: [${value.join(', ')}]}`
  const fix = `ask an administrator for the rule ${rule} in a Role of ${name}, see docs/targets.md`
  return failed(`${name} may not ${value.join(', ')} ${resource}: what pods leave would not be seen`, fix)
}
