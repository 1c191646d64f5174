import { Problem } from '#core/base/problem.ts'

/** The code of a system error, such as `ENOENT`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What to throw for an error of a write below `folder`: Problem `disk_full` where space or quota ran out, else the error. */
export function writeError(error: unknown, folder: string): unknown {
  const code = systemCode(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  const cause = code === 'ENOSPC' ? 'the disk is full' : 'the disk quota is used up'
  return new Problem('disk_full', `${cause}, so ${folder} cannot be written: free space there, then run again`, {
    cause: error,
  })
}
