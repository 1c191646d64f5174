import { isProblem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { askedLimits, type PipelineService, type PipelineSurvey } from '#core/pipelines/index.ts'

const LATEST = 50
const LOCAL: ReadonlySet<string> = new Set(['process', 'docker'])

type Asked = Pick<PipelineService, 'list' | 'detail'>

/** By step, limits that its attempt in the last run on this machine did not enforce; steps that did not run are not in it. */
export function limitsHere(
  { cluster, pipeline }: PipelineSurvey,
  pipelines: Asked,
): ReadonlyMap<string, readonly string[]> {
  const runs = pipelines.list({ pipeline: pipeline.plan.definition.name, limit: LATEST })
  const last = runs.find(({ target, status }) => LOCAL.has(target) && isFinalRun(status))
  const found = new Map<string, readonly string[]>()
  if (last === undefined) return found
  for (const { bound } of cluster.state.steps) {
    const { name, definition } = bound.planned
    if (askedLimits(definition).length === 0) continue
    const item = definition.forEach.length === 0 ? null : 0
    const notEnforced = notEnforcedIn(pipelines, { run: last.id, step: name, item })
    if (notEnforced !== undefined) found.set(name, notEnforced)
  }
  return found
}

/** Undefined of a step that the run did not have, or that did not run in it. */
function notEnforcedIn(pipelines: Asked, address: Parameters<Asked['detail']>[0]): readonly string[] | undefined {
  try {
    const { view, notEnforced } = pipelines.detail(address)
    return view.attempts === 0 ? undefined : notEnforced
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}
