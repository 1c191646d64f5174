import { cp, mkdir, mkdtemp, readdir, rename, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { removeTree, systemCode } from '#core/files/index.ts'

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url))
const DOCUMENT = 'pipeline.yaml'

/** Names of the sample pipelines that come with the program. */
export async function listSamples(): Promise<string[]> {
  const entries = await readdir(SAMPLES, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
}

/**
 * Copies the files of a sample into a folder, all or none; a lock that was made in the checkout stays there. Returns their
 * paths in the folder. Throws Problem `not_found` for a name that is none, or `conflict` where a file would be overwritten
 * or the folder cannot be written; `fix` says what to do then.
 */
export async function copySample(name: string, folder: string, fix: string): Promise<string[]> {
  const names = await listSamples()
  if (!names.includes(name)) throw new Problem('not_found', `there is no template "${name}"${didYouMean(name, names)}`)
  const source = join(SAMPLES, name)
  const files = await filesOf(source)
  for (const file of files) {
    if (!(await exists(join(folder, file)))) continue
    throw new Problem('conflict', `${join(folder, file)} is there already and is not overwritten: ${fix}`)
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const file of files) await cp(join(source, file), join(folder, file), { errorOnExist: true, force: false })
  } catch (error) {
    throw refusal(error, folder, fix)
  }
  return files
}

/** The document of a sample in the data folder, which is copied there the first time, whole or not at all. */
export async function sampleIn(home: string, name: string): Promise<string> {
  const folder = join(home, 'samples', name)
  if (await exists(join(folder, DOCUMENT))) return join(folder, DOCUMENT)
  await mkdir(join(home, 'samples'), { recursive: true, mode: 0o700 })
  const fresh = await mkdtemp(join(home, 'samples', '.new-'))
  try {
    await copySample(name, fresh, 'remove it')
    await rename(fresh, folder)
  } finally {
    await removeTree(fresh)
  }
  return join(folder, DOCUMENT)
}

async function filesOf(source: string): Promise<string[]> {
  const entries = await readdir(source, { withFileTypes: true, recursive: true })
  return entries
    .filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('__pycache__') && !entry.name.endsWith('.lock.json'),
    )
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .toSorted()
}

function refusal(error: unknown, folder: string, fix: string): unknown {
  const code = systemCode(error) ?? ''
  if (!['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'ENOSPC'].includes(code)) return error
  return new Problem('conflict', `${folder} cannot be written (${code}): ${fix}`, { cause: error })
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}
