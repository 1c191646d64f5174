/** The contract of engines that keep, pull and build container images. */

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
}

/** How far a pull is: bytes of the layers that are known so far. */
export type PullProgress = { readonly doneBytes: number; readonly totalBytes: number }

/** What a registry says of a name: the digest that stands for all platforms, and one for each platform. */
export type RegistryImage = { readonly indexDigest: string; readonly platforms: Readonly<Record<string, string>> }

export type BuildOptions = {
  /** The context as a tar archive that holds `dockerfile`. */
  readonly context: AsyncIterable<Uint8Array>
  readonly dockerfile: string
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
  readonly args: Readonly<Record<string, string>>
  /** Such as `host`; the engine's default where absent. */
  readonly network?: string
  readonly signal?: AbortSignal | undefined
  readonly onLine?: ((line: string) => void) | undefined
}

/** Every call throws Problem `engine_unavailable` where the engine cannot be reached. */
export type ImageEngine = {
  /** The platform that it runs containers of by itself, such as `linux/amd64`. */
  platform(): Promise<string>
  /** An image by tag, digest or id; undefined where the engine does not have it. */
  find(reference: string): Promise<EngineImage | undefined>
  /** Every image that carries this label, with this value where one is given. */
  list(label: string, value?: string): Promise<EngineImage[]>
  /** Throws Problem `image_unavailable`, `image_platform`, `network_unavailable` or `disk_full`. */
  pull(
    reference: string,
    options?: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (progress: PullProgress) => void },
  ): Promise<EngineImage>
  /** What the registry of a reference says of it today. Throws Problem `image_unavailable` or `network_unavailable`. */
  resolve(reference: string, signal?: AbortSignal): Promise<RegistryImage>
  /** Throws Problem `environment_failed` with the log's end in `details`, or `disk_full`. */
  build(options: BuildOptions): Promise<EngineImage>
  tag(id: string, tag: string): Promise<void>
  /** Removes a tag, and the image where that was its last; false where there is none. */
  remove(reference: string): Promise<boolean>
}
