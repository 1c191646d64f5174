import type { JsonObject } from '#core/base/json.ts'
import { findRun } from './find-run.ts'
import type { RunStore } from './run-store.ts'

/** What a run was begun with. `createdAt` is epoch milliseconds. */
export type BegunRun = {
  /** The whole id. */
  readonly run: string
  readonly pipeline: string
  readonly pipelineDigest: string
  readonly target: string
  /** Absolute path of the document. */
  readonly file: string
  readonly createdAt: number
  /** `local`, or `schedule:<name>`. */
  readonly createdBy: string
  readonly parameters: JsonObject
  /** Digest of the code snapshot. */
  readonly code: string
  /** The run that it resumes. */
  readonly resumes: string | null
  /** Digest of the environment of each step that has one. */
  readonly environments: Readonly<Record<string, string>>
  /** Digest of the code files that each step uses. */
  readonly stepCode: Readonly<Record<string, string>>
}

/** What a run was begun with, from its row. */
export function begunRun(store: RunStore, id: string): BegunRun {
  const { id: run, pipeline, digest, target, file, createdAt, createdBy, definition, frozen } = findRun(store, id)
  const { parameters, code, resumes, facts } = frozen
  const environments = Object.entries(definition.steps).flatMap(([step, { environment }]) => {
    const found = environment === null ? undefined : facts.environments[environment]
    return found === undefined ? [] : [[step, found] as const]
  })
  return {
    run,
    pipeline,
    pipelineDigest: digest,
    target,
    file,
    createdAt,
    createdBy,
    parameters,
    code,
    resumes,
    environments: Object.fromEntries(environments),
    stepCode: facts.code,
  }
}
