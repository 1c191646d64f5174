import { isProblem, Problem } from '#core/base/problem.ts'
import type { TransferOptions } from '#core/objects/index.ts'
import type { RunState } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { artifactRepository, makeArtifactRepository } from './artifact-repository.ts'
import { compileWorkflow } from './compile.ts'
import { codeUpload, locateCached, neededUploads } from './content.ts'
import { untilReached, type Patience } from './patience.ts'
import { HOME_LABEL, WORKFLOWS } from './resources.ts'
import type { RunContext } from './run-context.ts'
import { giveSecretTo, makeRunSecret, secretReferences } from './run-secrets.ts'
import type { Compiled, CompileInput } from './types.ts'

const COPIES_AT_ONCE = 8

export type SubmitOptions = Patience & {
  /** Aborted when the run was cancelled meanwhile: then nothing is sent any more. */
  readonly unwanted: AbortSignal
}

export type CompiledRun = Pick<
  RunContext,
  'run' | 'digest' | 'bound' | 'frozen' | 'snapshot' | 'cluster' | 'homeId' | 'tracks' | 'blobs' | 'remote' | 'storeId'
>

/** The Workflow of a run by the state that it begins in, and what must be in the bucket before. */
export function compileRun(
  context: CompiledRun,
  state: RunState,
): Compiled & Pick<ReturnType<typeof locateCached>, 'uploads' | 'copies'> {
  const { input, uploads, copies } = runInput(context, state)
  return { ...compileWorkflow(input), uploads, copies }
}

/** What the compiler is given for a run, and what was computed before and must be in the bucket for it. */
export function runInput(
  context: CompiledRun,
  state: RunState,
): { readonly input: CompileInput } & Pick<ReturnType<typeof locateCached>, 'uploads' | 'copies'> {
  const { run, digest, bound, frozen, snapshot, cluster, homeId, tracks } = context
  const { locate, uploads, copies } = locateCached(run, state, context)
  const hasCode = snapshot.files.length + snapshot.links.length > 0
  const input: CompileInput = {
    state,
    run,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: hasCode ? snapshot.digest : null,
    profile: cluster.profile,
    images: cluster.images,
    runnerImage: cluster.runnerImage,
    imageVolumes: cluster.imageVolumes,
    artifactRepository: artifactRepository(cluster.profile),
    secrets: secretReferences(bound.plan.definition, run, cluster.secrets),
    locate,
    parallelism: frozen.parallelism,
    tracks,
    limits: cluster.limits,
    labels: { [HOME_LABEL]: homeId },
  }
  return { input, uploads, copies }
}

/**
 * Sends a run to its cluster, once: the Workflow has the run's id as its name, so that a second try, also of a later core,
 * finds the first. Waits for a cluster or a bucket that cannot be reached. Resolves to its uid, or null where the run was
 * cancelled before it was sent. Throws a Problem where the cluster will not have it.
 */
export async function submitRun(
  context: RunContext,
  state: RunState,
  options: SubmitOptions,
): Promise<{ readonly uid: string | null }> {
  try {
    return { uid: await send(context, state, options) }
  } catch (error) {
    if (options.unwanted.aborted && !options.signal.aborted) return { uid: null }
    throw error
  }
}

/** What a call makes is known only by its answer: such calls are not left when the run is cancelled. */
async function send(context: RunContext, state: RunState, options: SubmitOptions): Promise<string> {
  const { signal: closing, onLost, unwanted } = options
  const signal = AbortSignal.any([closing, unwanted])
  const patience = { signal, onLost }
  const sent = await untilReached(() => findSent(context, signal), patience)
  if (sent !== undefined) return sent.metadata.uid ?? ''
  const compiled = compileRun(context, state)
  await untilReached(() => bringContent(context, compiled, { signal }), patience)
  await untilReached(() => makeNeeded(context, closing), patience)
  const object = await untilReached(() => createWorkflow(context, compiled, closing), patience)
  await untilReached(() => giveSecretTo(context, object, closing), patience)
  return object.metadata.uid ?? ''
}

async function findSent({ connection, run, homeId }: RunContext, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    const found = await connection.cluster.get(WORKFLOWS, run, { signal })
    if (found.metadata.labels?.[HOME_LABEL] === homeId) return found
    throw new Problem(
      'conflict',
      `the namespace ${connection.cluster.namespace} has a Workflow ${run} that is not of this data folder: start the run again`,
    )
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}

/** What the bucket lacks of all that the run needs. */
export async function bringContent(
  context: Pick<RunContext, 'connection' | 'snapshot' | 'blobs' | 'remote' | 'storeId'>,
  { needed, uploads, copies }: ReturnType<typeof compileRun>,
  options: TransferOptions,
): Promise<void> {
  const { store } = context.connection
  const all = [...codeUpload(context), ...neededUploads(needed, context), ...uploads]
  const unique = new Map(all.map((upload) => [upload.key, upload]))
  await store.putMissing([...unique.values()], options)
  for (let from = 0; from < copies.length; from += COPIES_AT_ONCE) {
    options.signal?.throwIfAborted()
    await Promise.all(copies.slice(from, from + COPIES_AT_ONCE).map((copy) => store.copy(copy.from, copy.to)))
  }
}

async function makeNeeded(context: RunContext, signal: AbortSignal): Promise<void> {
  const { cluster, connection, secretValues } = context
  await makeArtifactRepository(cluster.profile, { cluster: connection.cluster, secrets: secretValues, signal })
  await makeRunSecret(context, signal)
}

/** A first try whose answer was lost has made it already. */
async function createWorkflow(context: RunContext, { object }: Compiled, signal: AbortSignal): Promise<KubeObject> {
  try {
    return await context.connection.cluster.create(WORKFLOWS, object, { signal })
  } catch (error) {
    const sent = isProblem(error) && error.code === 'conflict' ? await findSent(context, signal) : undefined
    if (sent === undefined) throw error
    return sent
  }
}
