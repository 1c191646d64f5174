import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CONTAINER } from '#core/attempts/index.ts'
import type { ImageEnvironments } from '#core/environments/index.ts'
import type { Workload, WorkloadPart } from '#core/runtimes/driver.ts'
import { forgetHiddenValues } from '#core/secrets/index.ts'
import { writeError } from '#core/store/index.ts'
import { attemptFolders, runFolder } from './attempt-folders.ts'
import { addressOf, environmentOf, resolveStep, workloadOf } from './attempt-workload.ts'
import { CONTAINER_PATHS, containerFiles } from './container-files.ts'
import { openContainerTracking, type ContainerTracking } from './container-tracking.ts'
import type { AttemptReport, AttemptTask } from './executor.ts'
import { limitsOf } from './limits-of.ts'
import { forgetHidden, secretsToHide, takeSecrets } from './secrets.ts'
import type { Stage, StageOptions } from './stage.ts'
import { taskEnvironment } from './step-environment.ts'

export type ContainerStageOptions = StageOptions & { readonly images: ImageEnvironments }

/** Attempts as containers: all goes in by copy and comes out into the store, so nothing of it lies on this machine. */
export function openContainerStage(options: ContainerStageOptions): Stage {
  const { runtime, blobs, onError } = options
  const tracking = options.tracking === undefined ? undefined : openContainerTracking(options, options.tracking)
  return {
    ...(tracking === undefined ? {} : trackingStage(tracking)),
    prepare: (task, report, signal) => prepare(options, task, { report, signal, tracking }),
    workload: (task) => workload(options, task),
    makeNext: () => undefined,
    async collect(task) {
      if (runtime.collect === undefined) throw new Error(`the runtime ${runtime.name} has no containers`)
      return runtime.collect(workload(options, task), (bytes, expected) => blobs.putStream(bytes, expected))
    },
    release(task) {
      const { planned } = task.step.bound
      const over = workload(options, task)
      tracking?.stop(over.controlFolder)
      forgetHidden(planned.definition.secrets, over.controlFolder)
      runtime.remove?.(over).catch(onError)
    },
    clear: () => forgetAll(options),
  }
}

/** What an earlier core kept for attempts that it saw the end of and died before it released them. */
async function forgetAll({ home, run, recovered }: ContainerStageOptions): Promise<void> {
  if (!recovered) return
  const folder = runFolder(home, run)
  for (const name of await readdir(folder).catch(() => [])) forgetHiddenValues(join(folder, name))
}

/** The part of a stage that hands on what is tracked. */
function trackingStage({ follow, take }: ContainerTracking): Pick<Stage, 'follow' | 'takeTracked'> {
  return { follow, takeTracked: take }
}

type Asked = {
  readonly report: AttemptReport
  readonly signal: AbortSignal
  readonly tracking: ContainerTracking | undefined
}

async function prepare(options: ContainerStageOptions, task: AttemptTask, asked: Asked): Promise<Workload> {
  const { frozen, snapshot, blobs, secrets } = options
  const image = await imageOf(options, task, asked)
  const { planned } = task.step.bound
  const { control } = attemptFolders(options.home, addressOf(task))
  try {
    mkdirSync(control, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw writeError(error, options.home)
  }
  const { command, env } = resolveStep(task, CONTAINER_PATHS)
  const own = { ...env, ...(await takeSecrets(secrets, planned.definition.secrets, control)) }
  const tracked = await asked.tracking?.spec(task)
  return workload(options, task, {
    image,
    ...(tracked === undefined ? {} : { tracking: tracked }),
    command,
    env: taskEnvironment(task, { folders: CONTAINER, env: own }),
    limits: limitsOf(planned.definition),
    secrets: secretsToHide(secrets, planned.definition.secrets, control),
    placed: containerFiles({
      task,
      snapshot,
      blobs,
      files: frozen.facts.files[planned.name] ?? {},
      signal: asked.signal,
    }),
  })
}

/** The image of the step's environment, made or pulled where it is not there; the default one where it has none. */
async function imageOf(options: ContainerStageOptions, task: AttemptTask, { report, signal }: Asked): Promise<string> {
  const { images, frozen, now } = options
  // A step that is done again has the very image that it had, which was looked for before.
  if (frozen.only?.image !== undefined) return (await images.pinned(frozen.only.image, { signal })).image
  const pipeline = task.state.plan.plan.definition.name
  const image = await environmentOf(task, {
    frozen,
    report,
    now,
    ensure: ({ lock }, onLine) => images.ensure(lock, { pipeline, signal, onLine }),
  })
  return (image ?? (await images.default({ signal }))).image
}

/** To look at or stop an attempt, its id and control folder are enough: the runner beside it hides secrets. */
const NO_COMMAND = { command: [], env: {}, limits: {} }

type Own = Pick<WorkloadPart, 'command' | 'env' | 'limits' | 'image' | 'placed' | 'secrets' | 'tracking'>

function workload({ home }: ContainerStageOptions, task: AttemptTask, own: Own = NO_COMMAND): Workload {
  const { definition } = task.step.bound.planned
  const { control } = attemptFolders(home, addressOf(task))
  return workloadOf(task, {
    controlFolder: control,
    ...(definition.timeoutMs === null ? {} : { timeoutMs: definition.timeoutMs }),
    part: {
      ...own,
      workingFolder: CONTAINER.code,
      mounts: [],
      outputs: { folder: CONTAINER.outputs, declared: definition.outputs },
    },
  })
}
