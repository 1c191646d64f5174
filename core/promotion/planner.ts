import { look, type Looked } from '#core/base/looked.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Plan } from '#core/contract/plan.ts'
import type { PushRecord } from '#core/contract/pushed.ts'
import type { RunRequest } from '#core/contract/run.ts'
import type { PipelineHistory, PipelineService, PipelineSurvey, Progress, PushedEntry } from '#core/pipelines/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { PriceSource } from '#core/usage/index.ts'
import { composePlan } from './compose.ts'
import { readPlace, type PlaceFacts } from './judge/facts.ts'
import type { Judgement } from './judge/judge.ts'
import { judgeSurvey } from './judge-survey.ts'
import { limitsHere } from './limits-here.ts'
import type { CodeScan } from './scan/index.ts'
import { scanRun } from './scan-run.ts'

/** What a plan asks of a cluster target beside its survey. */
export type PlannedTarget = {
  readonly profile: ClusterProfile
  /** To the namespace of the profile. */
  readonly cluster: Cluster
  /** What was pushed of a pipeline and is current, with its record; null where nothing was. */
  lastPush(pipeline: string, signal: AbortSignal): Promise<LastPush | null>
  /** Whether the cluster is to start a pipeline by itself. */
  hasSchedules(pipeline: string): boolean
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
  readonly portability: Looked<CodeScan>
  /** By step, limits that its latest attempt on this machine did not enforce. */
  readonly here: ReadonlyMap<string, readonly string[]>
}

/** So long what does not depend on the template is read, beside the survey; of a connection that is used first, longer. */
const BESIDE_MS = { warm: 2_800, cold: 4_800 }
/** So long the rest takes, when the survey is over. */
const REST_MS = 1_700

/** Connections that a plan has used. */
const warm = new WeakSet<Cluster>()

/** Opens what tells pushes before they are made. */
export function openPlanner({ pipelines, target, prices }: PlannerOptions): Planner {
  return {
    async plan(request, progress) {
      const start = performance.now()
      const stop = new AbortController()
      const signals = [stop.signal, ...(progress.signal === undefined ? [] : [progress.signal])]
      const signal = AbortSignal.any(signals)
      const beside = readBeside(() => target(request.target ?? ''), signal)
      // What is wrong with the request is told by the survey.
      beside.catch(() => undefined)
      try {
        const survey = await pipelines.survey(request, { ...progress, signal })
        const { place, facts } = await beside
        const parts = await readRest({ survey, place, facts, pipelines, signal })
        return composePlan({ ...parts, prices: prices() }, () => (performance.now() - start) / 1_000)
      } finally {
        stop.abort()
      }
    },
  }
}

type Beside = { readonly place: PlannedTarget; readonly facts: PlaceFacts }

async function readBeside(target: () => PlannedTarget, signal: AbortSignal): Promise<Beside> {
  const place = target()
  const deadlineMs = warm.has(place.cluster) ? BESIDE_MS.warm : BESIDE_MS.cold
  warm.add(place.cluster)
  return { place, facts: await readPlace({ ...place, signal, deadlineMs }) }
}

type Rest = Beside & {
  readonly survey: PipelineSurvey
  readonly pipelines: PlannerOptions['pipelines']
  readonly signal: AbortSignal
}

async function readRest({ survey, place, facts, pipelines, signal }: Rest): Promise<Omit<PlanParts, 'prices'>> {
  const { name } = survey.pipeline.plan.definition
  const within = { deadlineMs: REST_MS, signal }
  const hasSchedules = place.hasSchedules(name)
  const [judgement, last, history, portability] = await Promise.all([
    judgeSurvey(survey, { ...place, ...within, hasSchedules }, facts),
    look((deadline) => place.lastPush(name, deadline), { what: 'looking what was pushed', ...within }),
    pipelines.history({ pipeline: name, target: survey.target }),
    look((deadline) => scanRun(survey, deadline), { what: 'the search of the code', ...within }),
  ])
  return { survey, judgement, last, history, portability, here: limitsHere(survey, pipelines) }
}
