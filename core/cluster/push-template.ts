import { initialState, type PushRun } from '#core/pipelines/index.ts'
import { artifactRepository } from './artifact-repository.ts'
import { compileWorkflow, templateName } from './compile.ts'
import { DIGEST_ANNOTATION, MANAGER, MANAGER_LABEL, PIPELINE_LABEL } from './compile-labels.ts'
import { codeKey } from './keys.ts'
import type { FrozenCluster } from './run-context.ts'
import { pushSecretPrefix, secretReferences } from './run-secrets.ts'
import type { Compiled } from './types.ts'

/** What a push is compiled with beside the pipeline itself. */
export type PushPlace = FrozenCluster & {
  /** Whether runners take what steps track. */
  readonly tracks: boolean
}

/**
 * A pipeline as a WorkflowTemplate that anybody can start, named by the hash of all that is in it: nothing is left out that
 * is cached, no data folder is named, and Workflows that are made of it carry the pipeline and its digest. Pure.
 */
export function compilePush(run: PushRun, { profile, secrets, ...place }: PushPlace): Compiled {
  const { bound, frozen, digest } = run
  const { definition } = bound.plan
  const compiled = compileWorkflow({
    ...place,
    profile,
    state: initialState(bound),
    run: null,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: codeOf(run),
    artifactRepository: artifactRepository(profile),
    secrets: secretReferences(definition, pushSecretPrefix(definition.name, secrets), secrets),
    locate: () => undefined,
    parallelism: frozen.parallelism,
    labels: {},
  })
  const { object } = compiled
  const labels = { [MANAGER_LABEL]: MANAGER, [PIPELINE_LABEL]: definition.name }
  const workflowMetadata = { labels, annotations: { [DIGEST_ANNOTATION]: digest } }
  const spec = { ...object.spec, workflowMetadata }
  const metadata = { ...object.metadata, name: templateName(definition.name, spec) }
  return { ...compiled, object: { ...object, metadata, spec } }
}

/** Keys of all that a push needs in the bucket, sorted; those of folders end with a slash. */
export function keysOf(run: PushRun, { needed }: Pick<Compiled, 'needed'>): string[] {
  const code = codeOf(run)
  const keys = needed.map((it) => ('record' in it && it.record.kind === 'folder' ? `${it.key}/` : it.key))
  return [...new Set([...(code === null ? [] : [codeKey(code)]), ...keys])].toSorted()
}

function codeOf({ snapshot }: PushRun): string | null {
  return snapshot.files.length + snapshot.links.length > 0 ? snapshot.digest : null
}
