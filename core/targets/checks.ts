import { type Finding, findingOf, warning } from '#core/cluster-facts/index.ts'
import { newId } from '#core/base/id.ts'
import { isProblem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { TargetCheck } from '#core/contract/target-report.ts'
import { orProblem, type Check, type CheckContext } from './check-context.ts'
import { ARGO_CHECK } from './checks-argo.ts'
import { CLUSTER_CHECKS } from './checks-cluster.ts'
import { LIMIT_CHECKS } from './checks-limits.ts'
import { NODE_CHECK } from './checks-nodes.ts'
import { POD_SECURITY_CHECK } from './checks-pods.ts'
import { PROBE_CHECKS, RUNNER_IMAGE_CHECK } from './checks-probe.ts'
import { ACCOUNT_CHECKS, RIGHT_CHECKS } from './checks-rights.ts'
import { STORE_CHECKS } from './checks-stores.ts'
import type { CheckDeps } from './service-types.ts'
import { openUndo } from './undo.ts'

/** In the order in which they are told. */
const CHECKS: readonly Check[] = [
  ...CLUSTER_CHECKS,
  ...RIGHT_CHECKS,
  ARGO_CHECK,
  ...ACCOUNT_CHECKS,
  ...LIMIT_CHECKS,
  POD_SECURITY_CHECK,
  NODE_CHECK,
  ...STORE_CHECKS,
  RUNNER_IMAGE_CHECK,
  ...PROBE_CHECKS,
]

/**
 * Checks everything that a run on a target needs, one thing after the other, and tells each when it is done. What it makes
 * in cluster and bucket is gone at the end, also when the signal aborts; only the image of the step runner stays in the
 * registry. Rejects with the signal's reason; all that is wrong outside is told in the checks.
 */
export async function* checkTarget(
  profile: ClusterProfile,
  { signal = new AbortController().signal, ...deps }: CheckDeps & { readonly signal?: AbortSignal },
): AsyncGenerator<TargetCheck, void, undefined> {
  const mark = `minisub-test-${newId<'test'>().slice(-12)}`
  const context: CheckContext = { profile, deps, signal, undo: openUndo(), opened: { rights: new Set(), mark } }
  const done = new Map<string, TargetCheck>()
  try {
    for (const check of CHECKS) {
      signal.throwIfAborted()
      const made = await perform(check, context, done)
      if (made === null) continue
      done.set(check.id, made)
      yield made
    }
    const left = await removal(context)
    if (left !== null) yield left
  } finally {
    // What is left after an abort and cannot be removed either is ended by Argo itself, see probe-workflow.ts.
    await context.undo.all()
    await context.opened.store?.[Symbol.asyncDispose]()
    await context.opened.cluster?.[Symbol.asyncDispose]()
  }
}

/** Null where there is nothing to look at. */
async function perform(
  check: Check,
  context: CheckContext,
  done: ReadonlyMap<string, TargetCheck>,
): Promise<TargetCheck | null> {
  const { id, title, needs, fix, run } = check
  const missing = needs.map((need) => done.get(need)).find((it) => it?.status === 'failed' || it?.status === 'skipped')
  if (missing !== undefined) {
    const found = `not looked at, since the check "${missing.title}" ${missing.status === 'failed' ? 'failed' : 'was skipped'}`
    return { id, title, status: 'skipped', found, fix: null, seconds: 0 }
  }
  const start = performance.now()
  const result = await orProblem(() => run(context))
  const finding: Finding | null = isProblem(result) ? findingOf(result, fix) : result
  return finding && { id, title, ...finding, seconds: secondsSince(start) }
}

/** Null where nothing is left. */
async function removal({ undo, opened }: CheckContext): Promise<TargetCheck | null> {
  const start = performance.now()
  const [fault] = await undo.all()
  if (fault === undefined) return null
  const fix = `remove what is named ${opened.mark}: the Workflow, its Secret, and objects below .tests/ in the bucket`
  const finding = warning(fault.message, fix)
  return { id: 'removal', title: 'Removal of what was made', ...finding, seconds: secondsSince(start) }
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000
}
