import { readFileSync, truncateSync, unlinkSync } from 'node:fs'
import type { RunnerSpec } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'

/** Reads what the runner is told and deletes the file at once. Throws an Error that says what is wrong with it. */
export function takeSpec(path: string | undefined): RunnerSpec {
  if (path === undefined) throw new Error('the runner was started without the path of its spec')
  const text = readFileSync(path, 'utf8')
  removeSpec(path)
  const spec: { readonly version?: unknown } = JSON.parse(text)
  if (spec.version !== 1) throw new Error(`the spec has version ${String(spec.version)}, and this runner reads 1`)
  return spec as RunnerSpec
}

/**
 * Who may not delete in the folder empties the file. Where the folder is read-only for good, whoever placed the file
 * there knew it, and the command has the same secrets in its environment.
 */
function removeSpec(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isDenied(error)) throw error
    try {
      truncateSync(path)
    } catch (denied) {
      if (!isDenied(denied)) throw denied
    }
  }
}

function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes(systemCode(error) ?? '')
}
