import { look, type Looked } from '#core/base/looked.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Plan } from '#core/contract/plan.ts'
import type { PushRecord } from '#core/contract/pushed.ts'
import type { RunRequest } from '#core/contract/run.ts'
import type { PipelineHistory, PipelineService, PipelineSurvey, Progress, PushedEntry } from '#core/pipelines/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { PriceSource } from '#core/usage/index.ts'
import { composePlan } from './compose.ts'
import { judgeCluster, type Judgement } from './judge/judge.ts'
import { limitsHere } from './limits-here.ts'
import { scanRun } from './scan-run.ts'
import { widthOf } from './widths.ts'

/** What a plan asks of a cluster target beside its survey. */
export type PlannedTarget = {
  readonly profile: ClusterProfile
  /** To the namespace of the profile. */
  readonly cluster: Cluster
  /** What was pushed of a pipeline and is current, with its record; null where nothing was. */
  lastPush(pipeline: string, signal: AbortSignal): Promise<LastPush | null>
}

export type LastPush = { readonly version: PushedEntry; readonly record: PushRecord | null }

export type PlannerOptions = {
  readonly pipelines: Pick<PipelineService, 'survey' | 'history' | 'list' | 'detail'>
  /** Throws Problem `not_found`. */
  readonly target: (name: string) => PlannedTarget
  readonly prices: () => PriceSource
}

export type Planner = {
  /**
   * What a push of a pipeline to a cluster, and a run there, would do, send, take and meet. Changes nothing. Throws a Problem
   * for what is wrong with the request; what is wrong with the cluster, its registry or its bucket is told in the checks.
   */
  plan(request: RunRequest, progress: Progress): Promise<Plan>
}

/** What a plan is composed of. */
export type PlanParts = {
  readonly survey: PipelineSurvey
  readonly judgement: Judgement
  readonly last: Looked<LastPush | null>
  readonly history: PipelineHistory
  readonly prices: PriceSource
  readonly portability: Awaited<ReturnType<typeof scanRun>>
  /** By step, limits that its attempt in the last run on this machine did not enforce. */
  readonly here: ReadonlyMap<string, readonly string[]>
}

const DEADLINE_MS = 2_000

/** Opens what tells pushes before they are made. */
export function openPlanner({ pipelines, target, prices }: PlannerOptions): Planner {
  return {
    async plan(request, progress) {
      const start = performance.now()
      const signal = progress.signal ?? new AbortController().signal
      const survey = await pipelines.survey(request, progress)
      const place = target(survey.target)
      const { name } = survey.pipeline.plan.definition
      const [judgement, last, history, portability] = await Promise.all([
        judge(survey, place, signal),
        look((deadline) => place.lastPush(name, deadline), {
          what: 'what was pushed',
          deadlineMs: DEADLINE_MS,
          signal,
        }),
        pipelines.history({ pipeline: name, target: survey.target }),
        scanRun(survey, signal),
      ])
      const here = limitsHere(survey, pipelines)
      const parts = { survey, judgement, last, history, prices: prices(), portability, here }
      return composePlan(parts, () => (performance.now() - start) / 1_000)
    },
  }
}

/** Where nothing could be compiled, the survey says why. */
async function judge(survey: PipelineSurvey, place: PlannedTarget, signal: AbortSignal): Promise<Judgement> {
  const { template, secrets, objects } = survey.cluster
  if (template.object === null) return { checks: [], nodes: {} }
  const carried = Object.entries(secrets.value ?? {}).flatMap(([key, from]) => (from === 'here' ? [secretOf(key)] : []))
  const made = (kind: string): string[] => objects.filter((it) => it.kind === kind).map((it) => it.name)
  const steps = survey.cluster.state.steps.map((step) => [step.bound.planned.name, { width: widthOf(step) }] as const)
  return judgeCluster({
    ...place,
    object: template.object,
    templates: template.steps,
    steps: Object.fromEntries(steps),
    parallelism: survey.frozen.parallelism,
    made: { secrets: new Set([...carried, ...made('Secret')]), configMaps: new Set(made('ConfigMap')) },
    hasSchedules: false,
    signal,
    deadlineMs: DEADLINE_MS,
  })
}

/** `name/key` as `name`. */
function secretOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'))
}
