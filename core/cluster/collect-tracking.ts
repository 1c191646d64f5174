import { text } from 'node:stream/consumers'
import { addTrackedFiles, addTrackedLines, keptArtifacts, TRACKING_FILES } from '#core/attempts/index.ts'
import { trackingKey } from './keys.ts'
import { untilReached, type Patience } from './patience.ts'
import type { RunContext } from './run-context.ts'
import type { PodNode } from './workflow-view.ts'

type Attempt = Pick<PodNode, 'step' | 'item' | 'attempt'>
type Context = Pick<RunContext, 'run' | 'connection' | 'blobs'>

/**
 * Takes what the runner of an attempt has left in the bucket of the calls of MLflow's client: files come to the blob
 * store, then all lines to the control folder. Nothing happens where nothing is left. Repeated, it adds nothing.
 */
export async function collectTracking(
  context: Context,
  { attempt, ...of }: Attempt,
  { folder, patience }: { readonly folder: string; readonly patience: Patience },
): Promise<void> {
  const key = trackingKey({ run: context.run, ...of }, attempt)
  await untilReached(() => collect(context, key, folder), patience)
}

async function collect({ connection, blobs }: Context, key: string, folder: string): Promise<void> {
  const { store } = connection
  const streamOf = async (name: string): Promise<AsyncIterable<Uint8Array> | undefined> => {
    return (await store.head(`${key}/${name}`)) === undefined ? undefined : store.stream(`${key}/${name}`)
  }
  const artifacts = await streamOf(TRACKING_FILES.artifacts)
  const listing = artifacts === undefined ? '' : await text(artifacts)
  for (const { body } of keptArtifacts(listing)) {
    if (!blobs.claim(body.sha256))
      await blobs.putStream(store.stream(`${key}/${TRACKING_FILES.files}/${body.file}`), body)
  }
  const lines = await streamOf(TRACKING_FILES.lines)
  addTrackedFiles(folder, listing, lines === undefined ? 0 : await addTrackedLines(folder, lines))
}
