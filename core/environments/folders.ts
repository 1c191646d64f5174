import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { removeTree, systemCode } from '#core/store/index.ts'

/** A digest, and so a name of a folder: never a path. */
export const DIGEST = /^[0-9a-f]{64}$/

/** `<home>/environments`. */
export function environmentsFolder(home: string): string {
  return join(home, 'environments')
}

/** The folder of one environment. */
export function environmentFolder(home: string, digest: string): string {
  return join(environmentsFolder(home), digest)
}

/** The lock that is held while an environment is built or deleted. It lies beside the folder, which comes and goes. */
export function environmentLockPath(home: string, digest: string): string {
  return join(environmentsFolder(home), '.locks', `${digest}.lock`)
}

/** Where tools that the workbench installs for itself lie, such as uv. */
export function toolsFolder(home: string): string {
  return join(environmentsFolder(home), '.tools')
}

/** Makes an empty folder, deleting what was there. */
export async function freshFolder(path: string): Promise<void> {
  await removeTree(path)
  await mkdir(path, { recursive: true })
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']

/** What the file system's refusals mean; anything else stays as it is. */
export function storageProblem(error: unknown, folder: string): unknown {
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Problem('disk_full', `The disk that holds ${folder} is full: free some space and try again.`, {
      cause: error,
    })
  }
  if (code !== undefined && UNWRITABLE.includes(code)) {
    return new Problem('home_unwritable', `The folder ${folder} cannot be written: make it writable.`, { cause: error })
  }
  return error
}
