import type { Problem } from '#core/base/problem.ts'
import type { PipelineSurvey, SurveyedObject } from '#core/pipelines/index.ts'
import type { PlaceFacts } from './judge/facts.ts'
import type { JudgeInput, JudgePlace } from './judge/input.ts'
import { judgeCluster, type Judgement } from './judge/judge.ts'
import { widthOf } from './widths.ts'

type Place = JudgePlace & Pick<JudgeInput, 'hasSchedules'>

/** Judges the template of a survey. `facts`: what was read of the cluster before anybody knew it. */
export function judgeSurvey({ cluster, frozen }: PipelineSurvey, place: Place, facts: PlaceFacts): Promise<Judgement> {
  const { template, secrets, objects, state } = cluster
  // Nothing is known of a secret that nobody could be asked for, which the survey says.
  const notJudged = Object.entries(secrets).flatMap(([key, { value }]) =>
    value === 'here' || value === undefined ? [secretOf(key)] : [],
  )
  const made = (kind: string): string[] => objects.filter((it) => it.kind === kind).map((it) => it.name)
  const steps = state.steps.map((step) => {
    const { name, definition } = step.bound.planned
    return [name, { width: widthOf(step), parallelism: definition.parallelism ?? null }] as const
  })
  const input = {
    ...place,
    object: template.object,
    conflict: conflictOf(objects),
    templates: template.steps,
    steps: Object.fromEntries(steps),
    parallelism: frozen.parallelism,
    made: { secrets: new Set([...notJudged, ...made('Secret')]), configMaps: new Set(made('ConfigMap')) },
    creates: { push: countOf(objects.filter((it) => !isOfRun(it))), run: countOf(objects.filter(isOfRun)) },
  }
  return judgeCluster(input, facts)
}

/** `name/key` as `name`. */
function secretOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'))
}

/** Why the template that is there is not as it was pushed. */
function conflictOf(objects: readonly SurveyedObject[]): Problem | null {
  const problem = objects.find(({ kind }) => kind === 'WorkflowTemplate')?.plan.problem
  return problem?.code === 'conflict' ? problem : null
}

/** The survey names what has no id yet `<run>`. */
function isOfRun({ name }: SurveyedObject): boolean {
  return name.startsWith('<run>')
}

/** How many objects of each kind are created; what could not be looked at counts as one that is. */
function countOf(objects: readonly SurveyedObject[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind, plan } of objects) {
    if (plan.value === undefined || plan.value.action === 'create') counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
