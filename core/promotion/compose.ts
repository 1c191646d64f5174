import type { Plan, PlanImage, PlanStep, PlanUpload } from '#core/contract/plan.ts'
import { askedLimits, notEnforcedOnCluster, type StepState, type SurveyedWorkflow } from '#core/pipelines/index.ts'
import { decisionsOf } from './decisions.ts'
import type { PlanParts } from './planner.ts'
import { predict, type Predicted } from './predict/index.ts'
import { sinceOf } from './since.ts'
import { surveyChecks } from './survey-checks.ts'
import { verdictOf } from './verdict.ts'
import { widthOf } from './widths.ts'

/** All of a plan, from what was looked at. `seconds`: that it took until now. */
export function composePlan(parts: PlanParts, seconds: () => number): Plan {
  const { survey, judgement, prices, history } = parts
  const { pipeline, target, cluster } = survey
  const { definition, digest } = pipeline.plan
  const images = imagesOf(parts)
  const uploads = uploadsOf(parts)
  const bytes = [...images.map((it) => it.bytes ?? 0), ...uploads.map((it) => it.missingBytes)]
  const bytesToSend = bytes.reduce((sum, it) => sum + it, 0)
  const isAllToSend = isAllKnown(parts)
  const decisions = decisionsOf(cluster.state.steps)
  const bare = cluster.state.steps.map((step) => {
    return { ...bareStep(step, parts, images), decision: decisions.get(step.bound.planned.name) ?? 'unknown' }
  })
  const needs = (name: string) =>
    new Set(pipeline.plan.steps.find((it) => it.name === name)?.edges.map((it) => it.step))
  const { prediction, steps: times } = predict({
    target,
    steps: bare.map((step, i) => ({
      ...step,
      pods: podsToRun(step.pods, cluster.state.steps[i]),
      needs: [...needs(step.name)],
      parallelism: definition.steps[step.name]?.parallelism ?? null,
    })),
    history,
    prices,
    parallelism: survey.frozen.parallelism,
    bytesToSend: isAllToSend ? bytesToSend : null,
  })
  const steps = bare.map((step) => ({ ...step, ...timesOf(times, step.name) }))
  const checks = [...surveyChecks(parts), ...judgement.checks]
  const portability = [...(parts.portability.value?.findings ?? [])]
  return {
    target,
    pipeline: definition.name,
    pipelineDigest: digest,
    template: cluster.template.isPinned ? (cluster.template.object?.metadata.name ?? null) : null,
    ...verdictOf({ checks, portability, steps }),
    objects: cluster.objects.flatMap(({ plan }) => (plan.value === undefined ? [] : [plan.value])),
    since: sinceOf(parts),
    images,
    uploads,
    bytesToSend,
    isAllToSend,
    steps,
    prediction,
    portability,
    checks,
    seconds: seconds(),
  }
}

/** Items that are cached or skipped take no pod. */
function podsToRun(pods: number | null, step: StepState | undefined): number | null {
  return pods === null || step === undefined ? pods : Math.max(0, pods - step.ends.cached - step.ends.skipped)
}

function timesOf(times: Predicted['steps'], name: string): Pick<PlanStep, 'seconds' | 'overheadSeconds'> {
  return times[name] ?? { seconds: null, overheadSeconds: null }
}

/** The images of all steps, cached ones included, as far as they could be looked at: a push sends them all. */
function imagesOf({ survey: { cluster } }: PlanParts): PlanImage[] {
  return cluster.images.flatMap(({ image }) => (image.value === undefined ? [] : [image.value]))
}

/** Of a run and of the template of a push, each object once. */
function uploadsOf({ survey: { cluster } }: PlanParts): PlanUpload[] {
  const all = [cluster.workflow, cluster.template].flatMap((it) => it?.uploads.value ?? [])
  return [...new Map(all.map((upload) => [upload.key, upload])).values()]
}

/** Whether all that is to be sent could be looked at, and has a size. */
function isAllKnown({ survey: { cluster } }: PlanParts): boolean {
  const uploads = [cluster.workflow, cluster.template].every((it) => it === null || isLookedAt(it))
  return uploads && cluster.images.every(({ image }) => (image.value?.bytes ?? null) !== null)
}

function isLookedAt({ object, uploads }: SurveyedWorkflow): boolean {
  return object !== null && uploads.problem === undefined
}

type BareStep = Omit<PlanStep, 'seconds' | 'overheadSeconds' | 'decision'>

function bareStep(step: StepState, parts: PlanParts, images: readonly PlanImage[]): BareStep {
  const { name, definition } = step.bound.planned
  const { cpu = null, memory = null, gpu = null } = definition.resources
  const nodes = parts.judgement.nodes[name] ?? { fits: null, count: null, why: null }
  return {
    name,
    because: parts.survey.reasons.get(name) ?? null,
    pods: widthOf(step),
    requests: { cpu, memory, gpu },
    image: images.find(({ steps }) => steps.includes(name))?.reference ?? '',
    nodes,
    limits: limitsOf(step, parts),
  }
}

/** Nothing is said of what never ran here. */
function limitsOf({ bound: { planned } }: StepState, { here }: PlanParts): PlanStep['limits'] {
  const notHere = here.get(planned.name)
  if (notHere === undefined) return []
  const notThere = notEnforcedOnCluster(planned.definition)
  return askedLimits(planned.definition).map((limit) => ({
    limit,
    there: !notThere.includes(limit),
    here: !notHere.includes(limit),
  }))
}
