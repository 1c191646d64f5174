import type { LoggedModel, Page, Pair, Search } from '#core/tracking/index.ts'

export type ModelStage = 'None' | 'Staging' | 'Production' | 'Archived'

export type ModelVersion = {
  readonly name: string
  /** From 1 on; a number is never used twice. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly userId?: string
  readonly stage: ModelStage
  readonly description?: string
  /** As it was given: `models:/m-…`, `runs:/…`, `models:/NAME/VERSION`, `mlflow-artifacts:/…`. */
  readonly source: string
  readonly runId: string
  readonly runLink: string
  readonly modelId: string
  readonly tags: readonly Pair[]
  readonly aliases: readonly string[]
  /** Of the logged model. */
  readonly params: readonly Pair[]
  readonly metrics: LoggedModel['metrics']
}

export type RegisteredModel = {
  readonly name: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly description?: string
  readonly tags: readonly Pair[]
  readonly aliases: readonly { readonly alias: string; readonly version: number }[]
  /** The newest version of each stage that has one. */
  readonly latestVersions: readonly ModelVersion[]
}

/** Reads throw Problem `not_found`, and `tracking_invalid` for what cannot be asked or for an alias that is not there. */
export type RegistryReads = {
  model(name: string): RegisteredModel
  models(search: Search): Page<RegisteredModel>
  version(name: string, version: number): ModelVersion
  versions(search: Search): Page<ModelVersion>
  /** Of all stages where none is named. */
  latestVersions(name: string, stages: readonly string[]): readonly ModelVersion[]
  versionByAlias(name: string, alias: string): ModelVersion
  /** The `mlflow-artifacts:` URI that holds the files. */
  downloadUri(name: string, version: number): string
  /** The newest first, those with a smaller number than `before` where it is there. */
  versionsOf(name: string, page: { readonly most: number; readonly before?: number }): readonly ModelVersion[]
  /** How many versions models have, and which is the newest; who is not there is missing. */
  versionCounts(
    names: readonly string[],
  ): ReadonlyMap<string, { readonly versions: number; readonly latest: number | null }>
  /** What a number, `@alias` or `latest` stands for. An alias that is not there is `not_found` here. */
  versionNumber(name: string, which: string): number
}

/** Tags by key; one that is null goes. */
type TagChanges = Readonly<Record<string, string | null>>

/** Writes as those of tracking: whole or not at all, `tracking_exists` where a name is taken. */
export type RegistryWrites = {
  createModel(draft: {
    readonly name: string
    readonly description?: string
    readonly tags?: readonly Pair[]
  }): Promise<RegisteredModel>
  renameModel(name: string, newName: string): Promise<RegisteredModel>
  describeModel(name: string, description: string): Promise<RegisteredModel>
  deleteModel(name: string): Promise<void>
  setModelTag(name: string, tag: Pair): Promise<void>
  deleteModelTag(name: string, key: string): Promise<void>
  setAlias(name: string, alias: string, version: number): Promise<void>
  deleteAlias(name: string, alias: string): Promise<void>
  createVersion(draft: {
    readonly name: string
    readonly source: string
    readonly runId?: string
    readonly runLink?: string
    readonly description?: string
    readonly modelId?: string
    readonly tags?: readonly Pair[]
    /** Set in the same transaction. */
    readonly alias?: string
  }): Promise<ModelVersion>
  describeVersion(name: string, version: number, description: string): Promise<ModelVersion>
  deleteVersion(name: string, version: number): Promise<void>
  moveVersion(
    name: string,
    version: number,
    to: { readonly stage: string; readonly archiveExisting: boolean },
  ): Promise<ModelVersion>
  setVersionTag(name: string, version: number, tag: Pair): Promise<void>
  deleteVersionTag(name: string, version: number, key: string): Promise<void>
  changeModel(
    name: string,
    change: { readonly name?: string; readonly description?: string; readonly tags?: TagChanges },
  ): Promise<RegisteredModel>
  changeVersion(
    name: string,
    version: number,
    change: {
      readonly description?: string
      readonly stage?: string
      readonly archiveExisting?: boolean
      readonly tags?: TagChanges
    },
  ): Promise<ModelVersion>
}
