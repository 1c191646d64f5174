import { mkdir, open, readFile, readlink, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import { readInPlace, replaceFile, systemCode, writeError, type Place } from '#core/files/index.ts'
import { entriesOf, type ContextEntries } from './kubeconfig-shape.ts'
import { mergeContext, removeContext } from './kubeconfig-text.ts'

export type KubeconfigPlace = {
  /** Path of the cluster's own kubeconfig. */
  readonly from: string
  readonly context: string
  /** Path of the user's. */
  readonly file: string
}

/** So long another program may hold the lock. */
const LOCK_MS = 5_000
const LOOK_MS = 50

/**
 * Adds a context to a kubeconfig of the user, which is made where it is not there; with `use` it becomes the current one.
 * It is done under the lock that kubectl takes, as one rename. Everything else of the file stays as it was written, also its
 * mode. Throws Problem `cluster_config`, `conflict` where a name means another cluster or the lock is held,
 * `home_unwritable` or `disk_full`.
 */
export async function mergeKubeconfig({ use, ...place }: KubeconfigPlace & { readonly use: boolean }): Promise<void> {
  const { file } = place
  const ours = await oursOf(place)
  await asProblems(file, async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o755 })
    await change(file, (text) => mergeContext(text, ours, { use, file }))
  })
}

/** Takes a context that was added out of a kubeconfig of the user again; one that is another by now stays. Throws as above. */
export async function unmergeKubeconfig(place: KubeconfigPlace): Promise<void> {
  const { file } = place
  const ours = await oursOf(place)
  await asProblems(file, async () => {
    if ((await readExisting(file)).text !== '') await change(file, (text) => removeContext(text, ours, file))
  })
}

async function oursOf({ from, context }: Pick<KubeconfigPlace, 'from' | 'context'>): Promise<ContextEntries> {
  try {
    return entriesOf(await readFile(from, 'utf8'), context)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new Problem('cluster_config', `${from} cannot be read, ${code}: start the cluster, or create it again`)
  }
}

async function change(file: string, edit: (text: string) => string): Promise<void> {
  await using _lock = await takeLock(`${file}.lock`)
  const before = await readExisting(file)
  const after = edit(before.text)
  if (after !== before.text) await replaceFile(before, after)
}

async function asProblems(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const code = systemCode(error)
    if (isProblem(error) || code === undefined) throw error
    const full = writeError(error, file)
    if (isProblem(full)) throw full
    throw new Problem('home_unwritable', `${file} cannot be changed, ${code}: check its path and its rights`)
  }
}

/** The lock of kubectl and of kind: a file that must not be there yet. */
async function takeLock(path: string): Promise<AsyncDisposable> {
  const until = Date.now() + LOCK_MS
  for (;;) {
    try {
      await (await open(path, 'wx', 0)).close()
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      if (Date.now() > until) {
        throw new Problem('conflict', `${path} is there, so another program writes: wait, or remove it if none does`)
      }
      await sleep(LOOK_MS)
    }
  }
}

type Existing = Place & { readonly text: string }

/** Through symbolic links, which stay. */
async function readExisting(file: string): Promise<Existing> {
  try {
    const { bytes, ...place } = await readInPlace(file)
    return { ...place, text: bytes.toString() }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    return { path: await endOfLink(file), text: '', mode: 0o600 }
  }
}

/** Where a link leads at whose end there is no file yet; the path itself where it is no link. */
async function endOfLink(file: string): Promise<string> {
  try {
    return resolve(dirname(file), await readlink(file))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return file
  }
}
