import { initialState, type PushRun } from '#core/pipelines/index.ts'
import { artifactRepository } from './artifact-repository.ts'
import { compileWorkflow, templateName } from './compile.ts'
import { checkLimits, sizesOf, type Sizes } from './compile-limits.ts'
import { DIGEST_ANNOTATION, MANAGER, MANAGER_LABEL, PIPELINE_LABEL } from './compile-labels.ts'
import { codeKey } from './keys.ts'
import type { FrozenCluster } from './run-context.ts'
import { pushSecretPrefix, secretReferences } from './run-secrets.ts'
import type { ArgoObject, Compiled, CompileInput } from './types.ts'

/** What a push is compiled with beside the pipeline itself. */
export type PushPlace = FrozenCluster & {
  /** Whether runners take what steps track. */
  readonly tracks: boolean
  /** Of the bucket. */
  readonly storeId: string
}

/**
 * A pipeline as a WorkflowTemplate that anybody can start, named by the hash of all that is in it: nothing is left out that
 * is cached, no data folder is named, and Workflows that are made of it carry the pipeline and its digest. Pure. Throws
 * Problem `workflow_too_large`.
 */
export function compilePush(run: PushRun, place: PushPlace): Compiled {
  const compiled = asPush(compileWorkflow(pushInput(run, place)), run)
  checkLimits(pushSizes(compiled.object), place.limits)
  return compiled
}

/** Argo notes all of a template in the status of each Workflow that is made of it, beside what it notes of pods. */
export function pushSizes(object: ArgoObject): Sizes {
  const sizes = sizesOf(object)
  return { ...sizes, status: sizes.status + sizes.bytes }
}

/** What the compiler is given for it. */
export function pushInput(run: PushRun, { profile, secrets, storeId, ...place }: PushPlace): CompileInput {
  const { bound, frozen, digest } = run
  const { definition } = bound.plan
  return {
    ...place,
    profile,
    state: initialState(bound),
    run: null,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: codeOf(run),
    artifactRepository: artifactRepository(profile),
    secrets: secretReferences(definition, pushSecretPrefix(definition.name, { secrets, storeId }), secrets),
    locate: () => undefined,
    parallelism: frozen.parallelism,
    labels: {},
  }
}

/** What the compiler made of it, with what Workflows of it carry, under the name of all that. */
export function asPush(compiled: Compiled, { bound, digest }: Pick<PushRun, 'bound' | 'digest'>): Compiled {
  const { name: pipeline } = bound.plan.definition
  const { object } = compiled
  const labels = { [MANAGER_LABEL]: MANAGER, [PIPELINE_LABEL]: pipeline }
  const workflowMetadata = { labels, annotations: { [DIGEST_ANNOTATION]: digest } }
  const spec = { ...object.spec, workflowMetadata }
  const metadata = { ...object.metadata, name: templateName(pipeline, spec) }
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
