import { basename, dirname } from 'node:path'
import { Problem, type Issue } from '#core/base/problem.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import { checkOutput, recordOutput, recordOutputs } from '#core/attempts/index.ts'

export type CollectOptions = {
  /** What the step knew as MINISUB_OUTPUTS. */
  readonly folder: string
  readonly declared: { readonly [name: string]: OutputDeclaration }
  readonly blobs: Blobs
}

/**
 * Takes the declared outputs of a step that ended well: values are read, files are linked into the blob store. All are
 * checked before any is taken, and they stay in their folder, so that a later core can do it again after a crash.
 * Throws Problem `output_missing`, `output_invalid`, `output_too_large` or `output_symlink`, with an issue for each
 * fault; or `disk_full`. What is not declared stays where it is.
 */
export function collectOutputs({ folder, declared, blobs }: CollectOptions): Promise<OutputRecords> {
  return recordOutputs({ folder, declared, take: (path) => blobs.putFile(path, { link: true }) })
}

/** Copies a file or folder that lies beside a document into the store. Throws Problem `input_missing` with what is wrong. */
export async function readInput(
  path: string,
  type: 'file' | 'folder',
  blobs: Pick<Blobs, 'putFile'>,
): Promise<OutputRecord> {
  const issues: Issue[] = []
  const output = await checkOutput(dirname(path), { name: basename(path), declaration: { type } }, issues)
  if (output !== undefined) return recordOutput(path, output, (file) => blobs.putFile(file, { link: false }))
  throw new Problem('input_missing', `the input ${path} cannot be used: ${issues[0]?.message ?? 'it is not there'}`, {
    issues,
  })
}
