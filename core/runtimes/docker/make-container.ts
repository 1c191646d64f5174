import type Dockerode from 'dockerode'
import { CONTAINER } from '#core/attempts/index.ts'
import type { AttemptImage } from '#core/contract/events.ts'
import { Problem } from '../../base/problem.ts'
import type { ImageEngine } from '../images.ts'
import type { Placed, Workload, WorkloadPart } from '../driver.ts'
import { createContainer, removeContainer } from './container-calls.ts'
import { containerBody, runnerSpec, type ImageFacts } from './container-spec.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { containerLabels, containerName } from './labels.ts'
import { tarOf } from './placed-tar.ts'
import type { RunnerVolume } from './runner-volume.ts'
import { noGpu, startProblem } from './start-problems.ts'

export type MakeOptions = {
  readonly home: string
  readonly engine: DockerEngine
  readonly images: ImageEngine
  readonly runner: RunnerVolume
}

/** A container that lies ready, and what the engine will not enforce of its limits. */
export type Made = {
  readonly id: string
  readonly notEnforced: readonly string[]
  readonly image: AttemptImage
  /** The platform of its image where that is not the engine's own: it runs only where the engine emulates it. */
  readonly foreign: string | undefined
}

/**
 * Makes the container of a part and puts into it all that it needs; it is not started. Undefined where its name is
 * taken: somebody else was first. Throws Problem.
 */
export async function makeContainer(
  options: MakeOptions,
  place: { readonly workload: Workload; readonly part: WorkloadPart; readonly index: number },
): Promise<Made | undefined> {
  const { engine, images, runner, home } = options
  const { workload, part, index } = place
  await refuseMissingGpu(engine, part)
  const [runnerVolume, platform, image] = await Promise.all([runner.ensure(), images.platform(), imageOf(images, part)])
  const labels = containerLabels(workload, home)
  const body = containerBody({ workload, part, labels, platform, runnerVolume })
  const client = await engine.client()
  const created = await create(client, { name: containerName(workload, index), body, part })
  if (created === undefined) return undefined
  const foreign = image.platform === platform ? undefined : image.platform
  const made = { ...created, image: { digest: image.id, platform: image.platform }, foreign }
  const files = tarOf(allPlaced(workload, part, image), image.user)
  try {
    await client.getContainer(made.id).putArchive(files, { path: '/' })
    return made
  } catch (error) {
    await removeContainer(client, made.id, { force: true })
    throw error
  } finally {
    // a call that failed in the middle leaves it half-read, and its file open
    files.destroy()
  }
}

/** Starts a container that lies ready. Throws Problem `image_platform`, `resource_unavailable` or `not_supported`. */
export async function startContainer(client: Dockerode, id: string, part: WorkloadPart): Promise<void> {
  try {
    await client.getContainer(id).start()
  } catch (error) {
    // 304: it runs already, which a call that was repeated by the engine's client means
    if (statusOf(error) !== 304) throw startProblem(error, part)
  }
}

async function imageOf(images: ImageEngine, { image = '' }: WorkloadPart) {
  const found = await images.find(image)
  if (found !== undefined) return found
  const message = `the container engine does not have the image ${image}: run again, and it is pulled or built first`
  throw new Problem('image_unavailable', message)
}

async function create(
  client: Dockerode,
  { name, body, part }: { name: string; body: Dockerode.ContainerCreateOptions; part: WorkloadPart },
): Promise<Pick<Made, 'id' | 'notEnforced'> | undefined> {
  try {
    const { Id, Warnings } = await createContainer(client, name, body)
    return { id: Id, notEnforced: ignoredLimits(part, Warnings ?? []) }
  } catch (error) {
    if (statusOf(error) === 409) return undefined
    throw startProblem(error, part)
  }
}

const WARNINGS = { cpu: /cpu|cfs/i, memory: /memory limit/i, pids: /pids/i } as const

/** Limits that an engine leaves out, such as a rootless one without the right controllers, it only warns about. */
function ignoredLimits({ limits }: WorkloadPart, warnings: readonly string[]): string[] {
  const names = Object.keys(WARNINGS) as (keyof typeof WARNINGS)[]
  return names.filter((name) => limits[name] !== undefined && warnings.some((text) => WARNINGS[name].test(text)))
}

async function refuseMissingGpu(engine: DockerEngine, { limits }: WorkloadPart): Promise<void> {
  if (limits.gpu === undefined || limits.gpu === 0) return
  if (!(await engine.describe()).gpus) throw noGpu({})
}

/** What the step gets, after what is ours: the folder of all, and what the runner is told. */
function* allPlaced(workload: Workload, part: WorkloadPart, image: ImageFacts): Generator<Placed> {
  yield { kind: 'folder', path: CONTAINER.root, mode: 0o755 }
  // the runner empties it where the image's user may not delete it
  yield { kind: 'bytes', path: CONTAINER.spec, mode: 0o666, bytes: JSON.stringify(runnerSpec(workload, part, image)) }
  yield* part.placed ?? []
}
