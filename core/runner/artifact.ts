import { fstatSync, closeSync, constants, openSync } from 'node:fs'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

/** A file that Argo was to bring, open for reading; the caller closes it. */
export type OpenArtifact = {
  readonly descriptor: number
  readonly size: number
  /** Whether it belongs to the runner alone, so that it may be taken instead of copied. */
  readonly isOurs: boolean
}

/**
 * Opens a file that Argo was to put at a path. Throws Problem `artifact_missing` where no file is there; `what` names it.
 */
export function openArtifact(path: string, what: string): OpenArtifact {
  const descriptor = openOrMissing(path, what)
  const stat = fstatSync(descriptor)
  if (stat.isFile()) {
    return { descriptor, size: stat.size, isOurs: stat.uid === process.geteuid?.() && stat.nlink === 1 }
  }
  closeSync(descriptor)
  // an empty folder is what Argo makes of what is not there
  throw missing(what)
}

function openOrMissing(path: string, what: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) throw missing(what)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new Problem('internal', `the user of the image may not read ${what}, which Argo put into the pod`, {
      cause: error,
    })
  }
}

/** Nothing is there where Argo was to put something. */
function missing(what: string): Problem {
  const fix = 'run again without the cache, so that it is made anew'
  return new Problem('artifact_missing', `${what} is not in the bucket any more: ${fix}`)
}
