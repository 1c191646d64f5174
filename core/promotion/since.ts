import type { Plan } from '#core/contract/plan.ts'
import { diffPushes } from '#core/contract/push-changes.ts'
import type { PushRecord } from '#core/contract/pushed.ts'
import { recordOf } from '#core/pipelines/index.ts'
import type { PlanParts } from './planner.ts'

/** What was pushed last, and how this differs. What could not be looked at is taken as it was. */
export function sinceOf({ last, survey }: Pick<PlanParts, 'last' | 'survey'>): Plan['since'] {
  const found = last.value ?? null
  if (found === null) return null
  const { version, record } = found
  return { version, changes: record === null ? null : diffPushes(record, recordNow(survey, record)) }
}

function recordNow(
  { pipeline, frozen, snapshot, bound, cluster }: PlanParts['survey'],
  record: PushRecord,
): PushRecord {
  let isWhole = cluster.template.object !== null
  const images = cluster.images.flatMap(({ environment, image }) => {
    if (environment === null) return []
    if (image.value !== undefined) return [[environment, image.value.reference] as const]
    isWhole = false
    const before = record.images[environment]
    return before === undefined ? [] : [[environment, before] as const]
  })
  const template = isWhole ? (cluster.template.object?.metadata.name ?? record.template) : record.template
  const run = { digest: pipeline.plan.digest, bound, frozen, snapshot }
  return recordOf(run, { template, images: Object.fromEntries(images), secret: record.secret, keys: [] })
}
