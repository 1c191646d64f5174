import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '#core/base/json.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'

/** Lower-case hex sha256 of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** sha256 of the canonical JSON of a value. */
export function digestOfJson(value: Json): string {
  return sha256(canonicalJson(value))
}

/**
 * The `pipelineDigest`: sha256 of the document after defaults. Key order, comments, line endings, short forms and the
 * place of the file do not matter; every change of meaning does.
 */
export function digestOf(definition: PipelineDefinition): string {
  return digestOfJson(definition)
}
