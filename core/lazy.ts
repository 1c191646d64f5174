import type { AttemptRuntime } from '#core/runtimes/driver.ts'
import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import type { ImageEngine, ImageRegistries, RunnerImages } from '#core/runtimes/images.ts'

/** Something that is made on the first call, once. What failed is tried again by the next call. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

/**
 * A container runtime that is opened by the first thing that is asked of it. When it is disposed, what is being removed is
 * gone first.
 */
export function lazyRuntime(name: string, open: () => Promise<AttemptRuntime>): AttemptRuntime {
  let isOpen = false
  const get = lazily(() => {
    isOpen = true
    return open()
  })
  const removing = new Set<Promise<void>>()
  const removal = (work: () => Promise<void>): Promise<void> => {
    const promise = work().finally(() => removing.delete(promise))
    removing.add(promise)
    return promise
  }
  return {
    name,
    start: async (workload) => (await get()).start(workload),
    inspect: async (workload) => (await get()).inspect(workload),
    wait: async (workload, signal) => (await get()).wait(workload, signal),
    stop: async (workload, graceMs) => (await get()).stop(workload, graceMs),
    readLog: async (folder, from, maxBytes) => (await get()).readLog(folder, from, maxBytes),
    sweep: (labels) => removal(async () => (await get()).sweep(labels)),
    collect: async (workload, keep) => {
      const runtime = await get()
      if (runtime.collect === undefined) throw new Error(`the runtime ${name} collects nothing`)
      return runtime.collect(workload, keep)
    },
    collectTracking: async (workload, keep) => (await get()).collectTracking?.(workload, keep),
    remove: (workload) => removal(async () => (await get()).remove?.(workload)),
    check: async () => (await get()).check?.(),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(removing)
      if (isOpen) await (await get())[Symbol.asyncDispose]()
    },
  }
}

/** Images of an engine that is opened by the first thing that is asked of it. */
export function lazyImages(open: () => Promise<ImageEngine>): ImageEngine {
  const get = lazily(open)
  return {
    platform: async () => (await get()).platform(),
    find: async (reference) => (await get()).find(reference),
    layerSizes: async (image) => (await get()).layerSizes(image),
    list: async (label, value) => (await get()).list(label, value),
    pull: async (reference, options) => (await get()).pull(reference, options),
    push: async (reference, options) => (await get()).push(reference, options),
    resolve: async (reference, signal) => (await get()).resolve(reference, signal),
    build: async (options) => (await get()).build(options),
    tag: async (id, tag) => (await get()).tag(id, tag),
    remove: async (reference) => (await get()).remove(reference),
  }
}

type ImageSources = { readonly registries: ImageRegistries; readonly runners: RunnerImages }

/** Registries, and images with the runner, whose code is loaded by the first thing that is asked of it. */
export function lazyImageSources(open: () => Promise<ImageSources>): ImageSources {
  const get = lazily(open)
  return {
    registries: {
      read: async (reference, platform, signal) => (await get()).registries.read(reference, platform, signal),
      tags: async (name, signal) => (await get()).registries.tags(name, signal),
      checkPush: async (registry, signal) => (await get()).registries.checkPush(registry, signal),
    },
    runners: {
      mark: async () => (await get()).runners.mark(),
      find: async (platform) => (await get()).runners.find(platform),
      build: async (options) => (await get()).runners.build(options),
    },
  }
}

/** What local clusters ask of an engine that is opened by the first thing that is asked of it. */
export function lazyClusterEngine(open: () => Promise<ClusterEngine>): ClusterEngine {
  const get = lazily(open)
  return {
    facts: async () => (await get()).facts(),
    containers: async (labels) => (await get()).containers(labels),
    networks: async () => (await get()).networks(),
    ensureContainer: async (spec) => (await get()).ensureContainer(spec),
    startContainer: async (name) => (await get()).startContainer(name),
    stopContainer: async (name, graceSeconds) => (await get()).stopContainer(name, graceSeconds),
    removeContainer: async (name) => (await get()).removeContainer(name),
    removeVolume: async (name) => (await get()).removeVolume(name),
    removeNetwork: async (name) => (await get()).removeNetwork(name),
    volumes: async (label) => (await get()).volumes(label),
    exec: async (container, command, options) => (await get()).exec(container, command, options),
    save: async (images, signal) => (await get()).save(images, signal),
    use: async (container) => (await get()).use(container),
  }
}
