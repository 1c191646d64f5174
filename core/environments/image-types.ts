import type { EngineImage } from '#core/runtimes/images.ts'
import type { DockerfileLock, EnvironmentLock, ImageLock } from './lock.ts'
import type { Waiter } from './shared-tasks.ts'

/** An image as a container is started of it. */
export type StartImage = {
  /** Its id, `sha256:…`, which no tag can move. */
  readonly image: string
  /** The user that its command runs as; empty for root. */
  readonly user: string
  /** The variables that it brings. */
  readonly env: Readonly<Record<string, string>>
  /** Such as `linux/amd64`. */
  readonly platform: string
}

/** The image of an environment. */
export type BuiltImage = StartImage & { readonly digest: string }

/** One image of an environment in the container engine. Times are epoch milliseconds. */
export type ImageEnvironmentInfo = {
  readonly digest: string
  /** The name that the engine has it by; its id where it has none. */
  readonly image: string
  readonly platform: string
  /** Null where it is not of a locked Python. */
  readonly pythonMinor: string | null
  /** `name==version` of every locked package. */
  readonly packages: readonly string[]
  /** All its layers, those that it shares with other images included. */
  readonly sizeBytes: number
  readonly createdAt: number
  /** Good to a minute; null where no step of this data folder has used it. */
  readonly lastUsedAt: number | null
  readonly users: readonly string[]
  /** False where another data folder had it built. */
  readonly own: boolean
}

/** One of those who wait for an image; `pipeline` is noted as its user. */
export type ImageWaiter = Waiter & { readonly pipeline?: string | undefined }

export type ImageLockContext = Waiter & {
  /** The folder of the document: paths of Dockerfiles are below it. */
  readonly folder: string
  /** Absolute paths that belong to no build: the lock file, the data folder. */
  readonly exclude: readonly string[]
  /** False: what goes into the build is hashed, and no copy of it is kept to build of. */
  readonly keep?: boolean
}

export type PruneOptions = {
  /** Only what was used at least so many milliseconds ago. */
  readonly olderThanMs: number
  /** Removes nothing. */
  readonly dryRun: boolean
}

/** Environments as images. Every call but `lock` of a Dockerfile throws `engine_unavailable` where no engine answers. */
export type ImageEnvironments = {
  /**
   * The image of a lock, pulled or built where the engine does not have it: once, however many ask, in this process or
   * another. An answer for one that is there takes milliseconds and passes no line on. Throws Problem
   * `image_unavailable`, `image_login`, `image_platform`, `network_unavailable`, `package_unavailable`,
   * `environment_failed` or `disk_full`; rejects with the signal's reason when it aborts, the build stopped.
   */
  ensure(lock: EnvironmentLock, waiter?: ImageWaiter): Promise<BuiltImage>
  /** What the engine has of a lock, or for steps without an environment where null; nothing is pulled or built. */
  find(lock: EnvironmentLock | null): Promise<EngineImage | undefined>
  /**
   * The image of a name with a digest, pulled where the engine does not have it. Throws Problem `image_unavailable`,
   * `image_login`, `image_platform`, `network_unavailable` or `disk_full`.
   */
  pinned(reference: string, waiter?: Waiter): Promise<StartImage>
  /** The image of steps without an environment. Throws as `ensure` does. */
  default(waiter?: Waiter): Promise<StartImage>
  /**
   * The lock of an image: what its registry says of the name today, else what the engine has under it. That of a
   * Dockerfile is made of its folder, of which a copy is kept for the build. Throws Problem `image_unavailable`,
   * `image_login`, `network_unavailable`, `input_missing`, `input_outside`, `environment_failed` or `disk_full`.
   */
  lock(
    spec: { readonly image: string } | { readonly dockerfile: string },
    context: ImageLockContext,
  ): Promise<ImageLock | DockerfileLock>
  /** Every image of an environment in the engine, by digest; those of other data folders too. */
  list(): Promise<ImageEnvironmentInfo[]>
  /** Throws Problem `not_found`, or `environment_in_use` while a run or a container uses it, or it is being built. */
  remove(digest: string, options?: { readonly force?: boolean }): Promise<void>
  /** Removes what no run and no container uses, and answers what that was. */
  prune(options: PruneOptions): Promise<ImageEnvironmentInfo[]>
  /** Notes that a pipeline uses an image now; writes to disk at most once a minute for each pair. */
  recordUse(digest: string, pipeline: string): void
}
