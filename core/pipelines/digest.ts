import { digestOfJson } from '#core/files/index.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'

/**
 * The `pipelineDigest`: sha256 of the document after defaults. Key order, comments, line endings, short forms and the
 * place of the file do not matter; every change of meaning does.
 */
export function digestOf(definition: PipelineDefinition): string {
  return digestOfJson(definition)
}
