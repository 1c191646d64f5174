/** The contract of engines that keep, pull, build and push container images, and of registries. */
import type { Problem } from '#core/base/problem.ts'

/** An image that the engine has. */
export type EngineImage = {
  /** `sha256:…` of its configuration: the same image has the same id on every engine that stores it in this way. */
  readonly id: string
  /** Such as `linux/amd64`. */
  readonly platform: string
  readonly sizeBytes: number
  readonly createdAt: number
  /** `name:tag` of every name that it has here. */
  readonly tags: readonly string[]
  /** `name@sha256:…` of every registry that it came from. */
  readonly repoDigests: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** The user that its command runs as; empty for root. */
  readonly user: string
  readonly env: Readonly<Record<string, string>>
  /** `sha256:…` of the content of each layer, unpacked, the lowest first. */
  readonly layers: readonly string[]
}

/** How far a pull or a push is: bytes of the layers that are known so far. */
export type PullProgress = { readonly doneBytes: number; readonly totalBytes: number }

/** What a registry says of a name: the digest that stands for all platforms, and one for each platform. */
export type RegistryImage = { readonly indexDigest: string; readonly platforms: Readonly<Record<string, string>> }

/** An image as its registry has it. */
export type StoredImage = {
  /** `sha256:…` of what the name stands for: an index, or the image itself. */
  readonly digest: string
  /** Such as `linux/amd64`. */
  readonly platform: string
  readonly env: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** Of its layers, as they are sent. */
  readonly sizeBytes: number
  /** `sha256:…` of the content of each layer, unpacked, the lowest first: those of `EngineImage.layers`. */
  readonly layers: readonly string[]
}

/** Registries, asked from here: no engine is needed. Logins are those of Docker's configuration. */
export type ImageRegistries = {
  /**
   * An image by name, of an index that of the platform; undefined where the registry has none. Throws Problem
   * `image_login`, `image_unavailable` or `network_unavailable`; rejects with the signal's reason when it aborts.
   */
  read(reference: string, platform: string, signal?: AbortSignal): Promise<StoredImage | undefined>
  /** Tags below a name such as `registry.example/team/image`, at most 1,000; none where there is no such repository. */
  tags(name: string, signal?: AbortSignal): Promise<string[]>
  /** Whether images may be pushed below a name such as `registry.example/team`, tried without leaving anything there. */
  checkPush(registry: string, signal?: AbortSignal): Promise<PushCheck>
}

/** The Problem is `registry_denied` or `registry_unreachable`. */
export type PushCheck = { readonly push: 'ok' | Problem }

/** The step runner as images have it. */
export type RunnerImages = {
  /** 12 hex digits that stand for the runner. Throws Problem `not_supported` where this copy was not built. */
  mark(): Promise<string>
  /** The image of the runner for a platform, where the engine has it. */
  find(platform: string): Promise<EngineImage | undefined>
  /**
   * Builds an image of `base` (`scratch`, or the id of one that the engine has) with the runner as its last layer, which
   * is the same bytes above every base. Throws what a build throws, and a pull of what the runner is made from.
   */
  build(options: RunnerLayerOptions): Promise<EngineImage>
}

export type RunnerLayerOptions = {
  readonly base: string
  readonly platform: string
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export type BuildOptions = {
  /** The context as a tar archive that holds `dockerfile`. */
  readonly context: AsyncIterable<Uint8Array>
  readonly dockerfile: string
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
  readonly args: Readonly<Record<string, string>>
  /** Such as `host`; the engine's default where absent. */
  readonly network?: string
  /** Such as `linux/arm64`, for what runs nothing as it is built; the engine's own where absent. */
  readonly platform?: string
  readonly signal?: AbortSignal | undefined
  readonly onLine?: ((line: string) => void) | undefined
}

export type PushOptions = {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
}

export type PullOptions = PushOptions & { readonly platform?: string }

/** Every call throws Problem `engine_unavailable` where the engine cannot be reached. */
export type ImageEngine = {
  /** The platform that it runs containers of by itself, such as `linux/amd64`. */
  platform(): Promise<string>
  /** An image by tag, digest or id; undefined where the engine does not have it. */
  find(reference: string): Promise<EngineImage | undefined>
  /** Bytes of each of its layers, unpacked, the lowest first; undefined where the engine does not tell them apart. */
  layerSizes(image: Pick<EngineImage, 'id' | 'layers'>): Promise<number[] | undefined>
  /** Every image that carries this label, with this value where one is given. */
  list(label: string, value?: string): Promise<EngineImage[]>
  /**
   * For the engine's platform where none is named. Throws Problem `image_unavailable`, `image_platform`,
   * `network_unavailable` or `disk_full`.
   */
  pull(reference: string, options?: PullOptions): Promise<EngineImage>
  /**
   * Pushes an image that the engine has under this name, with its registry and tag; layers that the registry has are not
   * sent. Throws Problem `registry_denied`, `registry_unreachable`, or `image_unavailable` where the engine does not have
   * it; rejects with the signal's reason when it aborts.
   */
  push(reference: string, options?: PushOptions): Promise<{ readonly digest: string }>
  /** What the registry of a reference says of it today. Throws Problem `image_unavailable` or `network_unavailable`. */
  resolve(reference: string, signal?: AbortSignal): Promise<RegistryImage>
  /** Throws Problem `environment_failed` with the log's end in `details`, or `disk_full`. */
  build(options: BuildOptions): Promise<EngineImage>
  tag(id: string, tag: string): Promise<void>
  /** Removes a tag, and the image where that was its last; false where there is none. */
  remove(reference: string): Promise<boolean>
}
