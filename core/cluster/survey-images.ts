import type { Looked } from '#core/base/looked.ts'
import { isProblem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import type { PlanImage } from '#core/contract/plan.ts'
import type { ClusterImage, ClusterImageWish, InspectedImage, PredictedImage } from '#core/environments/index.ts'
import type { SurveyedImage, SurveyedRun } from '#core/pipelines/index.ts'
import type { PrepareOptions } from './prepare.ts'
import type { Looks } from './survey-looks.ts'
import type { CompileInput } from './types.ts'

type Options = Pick<PrepareOptions, 'profile' | 'images' | 'connection' | 'haveImageVolumes'> & {
  readonly run: Pick<SurveyedRun, 'bound' | 'frozen'>
  readonly looks: Looks
  readonly predicted: ReadonlyMap<string, PredictedImage>
}

/** What the looks at all images of a pipeline gave, and what the compiler can do with it. */
export type ImageSurvey = Pick<CompileInput, 'images' | 'runnerImage' | 'imageVolumes'> & {
  readonly surveyed: readonly SurveyedImage[]
  /** False where one has no digest yet, or is not known. */
  readonly isPinned: boolean
}

/**
 * The names that images of a pipeline will have, by environment, as far as they can be told without asking anybody. It also
 * loads what images are looked at with, before any time is measured.
 */
export async function predictNames(
  run: Pick<SurveyedRun, 'bound' | 'frozen'>,
  { images, profile }: Pick<Options, 'images' | 'profile'>,
): Promise<ReadonlyMap<string, PredictedImage>> {
  const names = [...stepsByEnvironment(run).keys()].map(async (name) => {
    const predicted = await orUndefined(images.predict(run.frozen.environments[name]?.lock ?? null, profile))
    return predicted === undefined ? [] : [[name, predicted] as const]
  })
  return new Map((await Promise.all(names)).flat())
}

/** Looks at the image of every environment that steps use, whether they would run or not. */
export async function surveyImages(options: Options): Promise<ImageSurvey> {
  const users = [...stepsByEnvironment(options.run)]
  const found = await Promise.all(users.map(([name, steps]) => inspectEnvironment(name, steps, options)))
  const images = Object.fromEntries(found.flatMap(({ name, image }) => (image === undefined ? [] : [[name, image]])))
  const surveyed = found.map((it): SurveyedImage => ({ environment: it.name, image: it.plan, ...it.told }))
  const copying = found.flatMap(({ image, steps }) => (image?.runner === 'copy' ? steps : []))
  const isPinned = found.every(({ image }) => image !== undefined && hasDigest(image))
  if (copying.length === 0) return { images, surveyed, isPinned, runnerImage: null, imageVolumes: false }
  const { plan, reference, imageVolumes } = await inspectRunner(copying, options)
  return {
    images,
    surveyed: [...surveyed, { environment: null, image: plan, variables: null, unread: null }],
    isPinned: isPinned && hasDigest({ reference }),
    runnerImage: reference,
    imageVolumes,
  }
}

function hasDigest({ reference }: Pick<ClusterImage, 'reference'>): boolean {
  return reference.includes('@sha256:')
}

function stepsByEnvironment({ bound }: Pick<SurveyedRun, 'bound'>): Map<string, string[]> {
  const users = new Map<string, string[]>()
  for (const { planned } of bound.steps) {
    if (isRecordStep(planned.definition)) continue
    const name = planned.definition.environment ?? ''
    users.set(name, [...(users.get(name) ?? []), planned.name])
  }
  return users
}

type Inspected = {
  readonly name: string
  readonly steps: readonly string[]
  readonly plan: Looked<PlanImage>
  readonly told: Pick<SurveyedImage, 'variables' | 'unread'>
  /** Undefined where not even its name can be told. */
  readonly image: ClusterImage | undefined
}

async function inspectEnvironment(name: string, steps: readonly string[], options: Options): Promise<Inspected> {
  const { images, predicted, run, looks } = options
  const lock = run.frozen.environments[name]?.lock ?? null
  const of = name === '' ? 'steps without an environment' : `the environment ${name}`
  const inspected = await looks.at(`looking for the image of ${of}`, (signal) =>
    images.inspect(lock, wishOf(options, signal)),
  )
  const known = inspected.value ?? predicted.get(name)
  return { name, steps, plan: planOf(inspected, steps), told: toldBy(inspected), image: known && imageOf(known) }
}

/** Of one that must be built first nobody knows the variables. */
function toldBy({ value }: Looked<InspectedImage>): Inspected['told'] {
  if (value === undefined) return { variables: null, unread: null }
  const { env, action, unread } = value
  return { variables: action === 'build' ? null : Object.keys(env), unread }
}

async function inspectRunner(
  steps: readonly string[],
  options: Options,
): Promise<{ plan: Looked<PlanImage>; reference: string; imageVolumes: boolean }> {
  const { images, profile, connection, haveImageVolumes, looks } = options
  const [inspected, volumes] = await Promise.all([
    looks.at('looking for the image of the step runner', (signal) => images.inspectRunner(wishOf(options, signal))),
    looks.at('asking for image volumes', () => haveImageVolumes(connection.cluster)),
  ])
  const reference = inspected.value?.reference ?? (await images.predictRunner(profile))
  return { plan: planOf(inspected, steps), reference, imageVolumes: volumes.value ?? false }
}

function wishOf({ profile, run }: Options, signal: AbortSignal): ClusterImageWish {
  const { registry, platform } = profile
  return { registry, platform, pipeline: run.bound.plan.definition.name, signal }
}

function imageOf({
  reference,
  runner,
  ...known
}: PredictedImage & { readonly env?: ClusterImage['env'] }): ClusterImage {
  return { reference, runner, env: known.env ?? {}, why: '' }
}

function planOf(inspected: Looked<InspectedImage>, steps: readonly string[]): Looked<PlanImage> {
  if (inspected.value === undefined) return inspected
  const { reference, what, action, layers, bytes } = inspected.value
  return { value: { reference, what, steps: [...steps], action, layers, bytes }, seconds: inspected.seconds }
}

async function orUndefined<Value>(predicted: Promise<Value>): Promise<Value | undefined> {
  try {
    return await predicted
  } catch (error) {
    if (isProblem(error)) return undefined
    throw error
  }
}
