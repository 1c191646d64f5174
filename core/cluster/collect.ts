import { readPodEnd, type PodEnd } from '#core/attempts/index.ts'
import { placesOf } from './content.ts'
import { endKey, outputKey } from './keys.ts'
import { untilReached, type Patience } from './patience.ts'
import type { RunContext } from './run-context.ts'
import type { PodNode } from './workflow-view.ts'

/**
 * What an attempt left of its end; undefined where it was killed before. What its outputs are is noted, so that they are
 * found in the bucket by their content.
 */
export async function collectEnd(
  context: Pick<RunContext, 'run' | 'connection' | 'remote' | 'storeId'>,
  { step, item, attempt }: Pick<PodNode, 'step' | 'item' | 'attempt'>,
  patience: Patience,
): Promise<PodEnd | undefined> {
  const { run, connection, remote, storeId } = context
  const bytes = await untilReached(() => connection.store.readIfThere(endKey({ run, step, item }, attempt)), patience)
  if (bytes === undefined) return undefined
  const end = readPodEnd(bytes)
  const files = Object.entries(end.outputs ?? {}).flatMap(([output, record]) =>
    placesOf(record, outputKey({ run, step, item }, output)),
  )
  if (files.length > 0) remote.add(storeId, files)
  return end
}
