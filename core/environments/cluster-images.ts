import { formatBytes } from '#core/base/quantity.ts'
import type { ImageEngine, ImageRegistries, RunnerImages } from '#core/runtimes/images.ts'
import type { Settings } from '#core/settings/index.ts'
import { imageAsItIs } from './cluster-image-as-is.ts'
import { planImage, planRunner, type PushPlan } from './cluster-image-plan.ts'
import { lookFor } from './cluster-image-look.ts'
import { inspectAsItIs, inspectLayered, inspectRunner } from './cluster-image-inspect.ts'
import { makeAndPush, type Pushed, type PushContext } from './cluster-image-push.ts'
import type { ClusterImage, ClusterImages, ClusterImageWish, PushProgress } from './cluster-image-types.ts'
import { openImageFacts, type KeptFacts } from './image-facts.ts'
import type { ImageEnvironments } from './image-types.ts'
import type { Variables } from './installer-settings.ts'
import type { EnvironmentLock } from './lock.ts'
import { createSharedTasks, type Waiter } from './shared-tasks.ts'

export type OpenClusterImagesOptions = {
  /** The data folder, MINISUB_HOME. */
  readonly home: string
  /** Images of environments in the engine, which are built where the registry lacks them. */
  readonly images: ImageEnvironments
  readonly engine: ImageEngine
  readonly registries: ImageRegistries
  readonly runners: RunnerImages
  readonly settings: Pick<Settings, 'get'>
  /** Variables that tell of Python; those of this process unless given. */
  readonly variables?: Variables
}

type Opened = Omit<OpenClusterImagesOptions, 'variables'> & {
  readonly variables: Variables
  readonly facts: KeptFacts
  readonly tasks: ReturnType<typeof createSharedTasks<Pushed>>
  /** Who wants to know how far the push of a name is. */
  readonly listeners: Map<string, Set<(progress: PushProgress) => void>>
}

/** Opens the images of a data folder's steps for clusters. Nothing is asked of anybody before the first call. */
export function openClusterImages(options: OpenClusterImagesOptions): ClusterImages {
  const { variables = process.env, runners } = options
  const tasks = createSharedTasks<Pushed>()
  const opened: Opened = { ...options, variables, facts: openImageFacts(options.home), tasks, listeners: new Map() }
  const planOf = async (lock: EnvironmentLock | null, where: Pick<ClusterImageWish, 'registry' | 'platform'>) =>
    planImage(lock, where, { ...opened, mark: await runners.mark() })
  return {
    async ensure(lock, wish) {
      wish.signal?.throwIfAborted()
      const plan = await planOf(lock, wish)
      return plan.runner === 'copy' ? imageAsItIs(plan, wish, opened) : layered(lock, plan.push, { wish, opened })
    },
    async runner(wish) {
      wish.signal?.throwIfAborted()
      const plan = planRunner(wish, await runners.mark())
      return pinned(plan, await have(plan, () => Promise.resolve('scratch'), { wish, opened }))
    },
    async predict(lock, where) {
      const plan = await planOf(lock, where)
      return { runner: plan.runner, reference: plan.runner === 'copy' ? plan.reference : plan.push.name }
    },
    async inspect(lock, wish) {
      const plan = await planOf(lock, wish)
      const asked = { ...opened, ...wish }
      return plan.runner === 'copy' ? inspectAsItIs(plan, asked) : inspectLayered(lock, plan.push, asked)
    },
    inspectRunner: async (wish) => inspectRunner(planRunner(wish, await runners.mark()), { ...opened, ...wish }),
    predictRunner: async (where) => planRunner(where, await runners.mark()).name,
    check: (registry, signal) => options.registries.checkPush(registry, signal),
  }
}

type Asked = { readonly wish: ClusterImageWish; readonly opened: Opened }

async function layered(lock: EnvironmentLock | null, plan: PushPlan, asked: Asked): Promise<ClusterImage> {
  const { images } = asked.opened
  const base = async (waiter: Waiter): Promise<string> => {
    const whole = { ...waiter, pipeline: asked.wish.pipeline }
    return (await (lock === null ? images.default(waiter) : images.ensure(lock, whole))).image
  }
  const pushed = await have(plan, base, asked)
  const how = sentWords(pushed)
  const why = `${plan.what} is made here, so the step runner is a layer of it: ${how}`
  return { reference: pinned(plan, pushed), runner: 'layer', env: pushed.env, why }
}

function sentWords({ sentBytes }: Pushed): string {
  if (sentBytes === null) return 'the registry has it already, so nothing is sent'
  return sentBytes === 0
    ? 'the registry had each of its layers'
    : `${formatBytes(sentBytes)} of it, unpacked, were sent to the registry`
}

/** What the registry has, else built and pushed: once, however many ask. */
async function have(
  plan: PushPlan,
  base: (waiter: Waiter) => Promise<string>,
  { wish, opened }: Asked,
): Promise<Pushed> {
  const { stored } = await lookFor(plan, { ...wish, ...opened })
  if (stored !== undefined) return { ...stored, sentBytes: null }
  const listeners = opened.listeners.get(plan.name) ?? new Set()
  opened.listeners.set(plan.name, listeners)
  if (wish.onProgress !== undefined) listeners.add(wish.onProgress)
  const onProgress = (progress: PushProgress): void => {
    for (const listener of listeners) listener(progress)
  }
  const { registry, platform } = wish
  try {
    return await opened.tasks.join(plan.name, wish, (task) => {
      const context: PushContext = { ...opened, registry, platform, ...task, onProgress, base: () => base(task) }
      return makeAndPush(plan, context)
    })
  } finally {
    if (wish.onProgress !== undefined) listeners.delete(wish.onProgress)
    if (listeners.size === 0) opened.listeners.delete(plan.name)
  }
}

function pinned({ name }: PushPlan, { digest }: Pushed): string {
  return `${name.slice(0, name.lastIndexOf(':'))}@${digest}`
}
