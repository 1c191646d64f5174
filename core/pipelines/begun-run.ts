import { findRun } from './find-run.ts'
import type { RunStore } from './run-store.ts'
import type { BegunRun } from './service-types.ts'

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
