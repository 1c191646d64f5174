import { isProblem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { StepDetail } from '#core/contract/run.ts'
import { askedLimits, type PipelineService, type PipelineSurvey } from '#core/pipelines/index.ts'

const LATEST = 50
const LOCAL: ReadonlySet<string> = new Set(['process', 'docker'])

type Asked = Pick<PipelineService, 'list' | 'detail'>
type Surveyed = Pick<PipelineSurvey, 'cluster' | 'pipeline'>

/**
 * By step, limits that its latest attempt on this machine did not enforce: those that its runtime could not, and those that
 * it was not asked for then. Steps that never ran here, as far as the latest runs tell, are not in it.
 */
export function limitsHere({ cluster, pipeline }: Surveyed, pipelines: Asked): ReadonlyMap<string, readonly string[]> {
  const runs = pipelines
    .list({ pipeline: pipeline.plan.definition.name, limit: LATEST })
    .filter(({ target, status }) => LOCAL.has(target) && isFinalRun(status))
  const found = new Map<string, readonly string[]>()
  for (const { bound } of cluster.state.steps) {
    const { name, definition } = bound.planned
    const asked = askedLimits(definition)
    if (asked.length === 0) continue
    const item = definition.forEach.length === 0 ? null : 0
    for (const { id } of runs) {
      const detail = ranIn(pipelines, { run: id, step: name, item })
      if (detail === undefined) continue
      found.set(
        name,
        asked.filter((limit) => !isEnforced(limit, detail)),
      )
      break
    }
  }
  return found
}

/** Undefined of a step that the run did not have, or that did not run in it. */
function ranIn(pipelines: Asked, address: Parameters<Asked['detail']>[0]): StepDetail | undefined {
  try {
    const detail = pipelines.detail(address)
    return detail.view.attempts === 0 ? undefined : detail
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}

function isEnforced(limit: string, { resources, network, notEnforced }: StepDetail): boolean {
  const { cpu, memoryBytes, gpu, pids } = resources
  const then: Record<string, number | undefined> = { cpu, memory: memoryBytes, gpu, pids }
  const wasAsked = limit === 'network' ? !network : then[limit] !== undefined
  return wasAsked && !notEnforced.includes(limit)
}
