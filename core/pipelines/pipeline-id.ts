import { sha256 } from '#core/files/index.ts'

/** The id of a pipeline: the first 16 hex digits of the sha256 of its file's path. */
export function pipelineIdOf(file: string): string {
  return sha256(file).slice(0, 16)
}
