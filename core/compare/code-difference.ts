import type { CodeDifference } from '#core/contract/tracking-compare.ts'
import type { Blobs } from '#core/store/index.ts'
import { readSmallText, type SmallText } from './small-text.ts'
import { originOf, type OriginReads } from './tracked-origin.ts'

type CodeReads = OriginReads & { readonly blobs: Pick<Blobs, 'read' | 'sourceOf'> }

/**
 * A file of the code of two runs of pipelines, as texts of at most 1 MiB each. Throws Problem `not_found` for an unknown
 * tracked run, `artifact_missing` where bytes are gone.
 */
export async function compareCode(
  reads: CodeReads,
  { left, right, path }: { readonly left: string; readonly right: string; readonly path: string },
): Promise<CodeDifference> {
  const [one, other] = await Promise.all([fileOf(reads, left, path), fileOf(reads, right, path)])
  return { path, left: one.text, leftReason: one.reason, right: other.text, rightReason: other.reason }
}

async function fileOf(reads: CodeReads, run: string, path: string): Promise<SmallText> {
  const origin = originOf(reads, reads.run(run))
  const file = origin?.provenance?.code.files.find((it) => it.path === path)
  return readSmallText(reads.blobs, file)
}
