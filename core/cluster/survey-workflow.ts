import { isProblem, type Problem } from '#core/base/problem.ts'
import { stepsToStart, type RunState, type SurveyedRun, type SurveyedWorkflow } from '#core/pipelines/index.ts'
import { checkLimits, measure, sizesOf, type Sizes } from './compile-limits.ts'
import { fanOutName, taskName } from './compile-names.ts'
import type { Template } from './compile-shapes.ts'
import { assembleWorkflow } from './compile.ts'
import { asPush, pushInput, pushSizes, type PushPlace } from './push-template.ts'
import type { ImageSurvey } from './survey-images.ts'
import { runInput, type CompiledRun } from './submit.ts'
import { wantedUploads, type WantedUpload } from './survey-uploads.ts'
import type { ArgoObject, Compiled, CompileInput } from './types.ts'

/** A compiled object, and what it needs, before anybody was asked for it. */
export type Drafted = Omit<SurveyedWorkflow, 'object' | 'uploads' | 'isPinned'> & {
  readonly object: ArgoObject | null
  readonly wanted: readonly WantedUpload[]
}

/** The Workflow of a run that begins in a state; null where nothing would be sent. */
export async function draftRun(context: CompiledRun, state: RunState, images: ImageSurvey): Promise<Drafted | null> {
  if (stepsToStart(state).length === 0) return null
  const { input, uploads } = runInput(context, state)
  return draft({ input, images }, ({ needed }) => wantedUploads(context, { needed, uploads }))
}

/** The WorkflowTemplate of a push. */
export function draftTemplate(run: SurveyedRun & WantedFrom, place: PushPlace, images: ImageSurvey): Promise<Drafted> {
  const input = pushInput(run, place)
  return draft({ input, images, finish: (compiled) => asPush(compiled, run), size: pushSizes }, ({ needed }) =>
    wantedUploads(run, { needed, uploads: [] }),
  )
}

type WantedFrom = Parameters<typeof wantedUploads>[0]
type Given = {
  readonly input: CompileInput
  readonly images: ImageSurvey
  readonly finish?: (compiled: Compiled) => Compiled
  readonly size?: (object: ArgoObject) => Sizes
}

async function draft(
  { input, images, finish = (it) => it, size = sizesOf }: Given,
  wantedOf: (compiled: Compiled) => Promise<WantedUpload[]>,
): Promise<Drafted> {
  const problem = faultOf(input, images)
  if (problem !== undefined) return undrafted(problem)
  let compiled: Compiled
  try {
    compiled = finish(assembleWorkflow(input))
  } catch (error) {
    if (isProblem(error)) return undrafted(error)
    throw error
  }
  const { object } = compiled
  const sizes = size(object)
  return {
    object,
    problem: limitProblem(sizes, input),
    steps: stepsOf(input, object),
    meter: measure(sizes, input.limits),
    wanted: await wantedOf(compiled),
  }
}

function undrafted(problem: Problem): Drafted {
  return { object: null, problem, steps: new Map(), meter: [], wanted: [] }
}

/** Why an image of a step that is in it has not even a name. */
function faultOf({ state }: CompileInput, { surveyed, images }: ImageSurvey): Problem | undefined {
  const used = new Set(stepsToStart(state).map(({ bound }) => bound.planned.definition.environment ?? ''))
  const isMissing = (name: string | null): boolean => name !== null && used.has(name) && images[name] === undefined
  return surveyed.find(({ environment }) => isMissing(environment))?.image.problem
}

function limitProblem(sizes: Sizes, { limits }: CompileInput): Problem | null {
  try {
    checkLimits(sizes, limits)
    return null
  } catch (error) {
    if (isProblem(error)) return error
    throw error
  }
}

function stepsOf({ state }: CompileInput, { spec }: ArgoObject): Map<string, string> {
  const templates = new Set(((spec['templates'] ?? []) as readonly Template[]).map(({ name }) => name))
  const named = state.steps.flatMap(({ bound }) => {
    const step = bound.planned.name
    return [taskName(step), fanOutName(step)].map((template) => [template, step] as const)
  })
  return new Map(named.filter(([template]) => templates.has(template)))
}
