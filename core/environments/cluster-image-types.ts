import type { PushCheck } from '#core/runtimes/images.ts'
import type { EnvironmentLock } from './lock.ts'

/** An image as pods are started of it. */
export type ClusterImage = {
  /** `registry/name@sha256:…`: what pods pull, never a moving tag. */
  readonly reference: string
  /** How the runner gets in: it is a layer of the image, or a container beside the step copies it. */
  readonly runner: 'layer' | 'copy'
  /** Variables that the image brings; empty where nobody here can tell, which a line then says. */
  readonly env: Readonly<Record<string, string>>
  /** One sentence: why this way was chosen, with bytes. */
  readonly why: string
}

/** How far a push is, in bytes of the layers that the registry lacks, as far as they are known. */
export type PushProgress = {
  readonly doneBytes: number
  readonly totalBytes: number
  /** By the rate of the last seconds; null before it is known. */
  readonly secondsLeft: number | null
}

export type ClusterImageWish = {
  /** Host and path that images are pushed to, such as `registry.example/team`. */
  readonly registry: string
  /** Of the nodes, such as `linux/amd64`. */
  readonly platform: string
  /** Noted as the user of what is built. */
  readonly pipeline: string
  readonly signal?: AbortSignal | undefined
  readonly onLine?: ((line: string) => void) | undefined
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
}

/** Where an image will be, without having asked anybody. */
export type PredictedImage = { readonly reference: string; readonly runner: 'layer' | 'copy' }

/** What would be done for an image, looked at from here. */
export type InspectedImage = PredictedImage & {
  /** In words: `the image of Python 3.11 with 12 packages`. */
  readonly what: string
  /** `present`: nothing is sent. `as_is`: pods pull it from elsewhere. `push`: it is here. `build`: it must be made first. */
  readonly action: 'present' | 'as_is' | 'push' | 'build'
  /** Variables that the image brings, as far as anybody can tell before it is made. */
  readonly env: Readonly<Record<string, string>>
  /** Null where it is not known before it is made, and of `as_is`, of which nothing is sent. */
  readonly layers: { readonly total: number; readonly missing: number } | null
  /**
   * Of the layers that are missing, unpacked; null where it is not known. Layers are known again by the images that the
   * registry has below the same name: of one that lies elsewhere in it a push may find that less is to be sent.
   */
  readonly bytes: number | null
  /** Why the registry of an image that stays where it is did not say that it has it; null where it did. */
  readonly unread: string | null
}

/**
 * Images of steps in a registry that pods pull from. Throws Problem `image_platform` where the image is for another
 * platform than the nodes; `engine_unavailable` where the registry lacks it and no engine is here to build and push it;
 * `registry_denied`, `registry_unreachable`; and what making an image throws (`ImageEnvironments.ensure`). Rejects with
 * the signal's reason when it aborts, the push stopped.
 */
export type ClusterImages = {
  /** Of a lock; of steps without an environment where null. Built and pushed only where the registry lacks it. */
  ensure(lock: EnvironmentLock | null, wish: ClusterImageWish): Promise<ClusterImage>
  /** What `ensure` would do, with nothing of it done: the engine is asked only where the registry lacks it. */
  inspect(lock: EnvironmentLock | null, wish: ClusterImageWish): Promise<InspectedImage>
  /** The same of `runner`. */
  inspectRunner(wish: ClusterImageWish): Promise<InspectedImage>
  /** The reference of the image with the runner alone, for containers that copy it. Built and pushed as `ensure` does. */
  runner(wish: ClusterImageWish): Promise<string>
  /** The names that it will have, by tag where a digest is not known before: asks neither engine nor network. */
  predict(lock: EnvironmentLock | null, wish: Pick<ClusterImageWish, 'registry' | 'platform'>): Promise<PredictedImage>
  /** The same of the image with the runner alone. */
  predictRunner(wish: Pick<ClusterImageWish, 'registry' | 'platform'>): Promise<string>
  /** Whether this machine may push to a registry; leaves nothing there. */
  check(registry: string, signal?: AbortSignal): Promise<PushCheck>
}
