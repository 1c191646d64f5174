import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Problem, type Issue } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { Plan } from './plan.ts'
import { problemOf, validateDocument } from './validate.ts'

/** A valid pipeline document and where it lies. */
export type PipelineFile = {
  readonly file: string
  /** The folder that relative paths of the document start from. */
  readonly folder: string
  readonly codeFolder: string
  readonly lockFile: string
  readonly plan: Plan
  readonly warnings: readonly Issue[]
}

/** Reads and validates a document. Throws one Problem with all that is wrong. */
export async function readPipelineFile(path: string): Promise<PipelineFile> {
  const file = resolve(path)
  const text = await readText(file)
  const validation = validateDocument(text)
  if (!validation.ok) throw problemOf(validation.issues, file)
  const folder = dirname(file)
  const { plan, warnings } = validation
  return { file, folder, codeFolder: join(folder, plan.definition.code), lockFile: lockPath(file), plan, warnings }
}

/** `train.yaml` has its lock in `train.lock.json`. */
function lockPath(file: string): string {
  return `${file.replace(/\.(ya?ml|json)$/i, '')}.lock.json`
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** What to throw where a document cannot be read. */
export function unreadable(file: string, cause: unknown): Problem {
  const reason = systemCode(cause) === 'ENOENT' ? 'there is no such file' : String(cause)
  return new Problem('input_missing', `the pipeline ${file} cannot be read: ${reason}`, { cause })
}
