import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lockFile, removeTree } from '#core/store/index.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import { buildEnvironment, folderSize, PLATFORM } from './build.ts'
import { DIGEST, environmentFolder, environmentLockPath, environmentsFolder, storageProblem } from './folders.ts'
import { environmentDigest, type EnvironmentLock, type PythonLock } from './lock.ts'
import { readPlan, readReady, readUses, recordPath, writeRecord, type UsesRecord } from './records.ts'
import { createSharedTasks, type Waiter } from './shared-tasks.ts'
import { waitForLock } from './waiting-lock.ts'
import type { Variables } from './installer-settings.ts'

/** A built environment, as a step needs it. */
export type BuiltEnvironment = {
  readonly digest: string
  /** Absolute path of its interpreter. */
  readonly python: string
  /** The folder that comes first on a step's PATH. */
  readonly binFolder: string
  /** Variables that a step gets beside PATH. */
  readonly env: Readonly<Record<string, string>>
}

/** One environment on this machine. Times are epoch milliseconds. */
export type EnvironmentInfo = {
  readonly digest: string
  /** `name==version` of every package. This and the minor are empty of a partial one that is almost deleted. */
  readonly packages: readonly string[]
  readonly pythonMinor: string
  readonly sizeBytes: number
  readonly createdAt: number
  /** Good to a minute; null where no step has used it. */
  readonly lastUsedAt: number | null
  /** `partial`: being built, or left half-built by a process that died; the next use builds it again. */
  readonly state: 'ready' | 'partial'
  /** Names of the pipelines that used it. */
  readonly users: readonly string[]
}

export type Environments = {
  /**
   * The environment of a lock, built where it is not there yet: once, however many ask, in this process or another.
   * An answer for one that is there takes microseconds and passes no line on. Throws Problem `not_supported` for an
   * image, `python_missing`, `package_unavailable`,
   * `network_unavailable`, `environment_failed`, `disk_full` or `home_unwritable`; rejects with the signal's reason
   * when it aborts, the installer killed.
   */
  ensure(lock: EnvironmentLock, options?: Waiter): Promise<BuiltEnvironment>
  /** All environments on this machine, by digest. */
  list(): Promise<EnvironmentInfo[]>
  /**
   * Deletes an environment. Throws Problem `not_found`, or `environment_in_use` while a step uses it (unless forced)
   * or while it is being built.
   */
  remove(digest: string, options?: { readonly force?: boolean }): Promise<void>
  /** Notes that a pipeline uses an environment now; writes to disk at most once a minute for each pair. */
  recordUse(digest: string, pipeline: string): void
}

type OpenOptions = {
  /** The data folder, MINISUB_HOME. */
  readonly home: string
  /** Whether a running step uses it; no step does unless given. */
  readonly inUse?: ((digest: string) => boolean) | undefined
  /** Variables that find and set up Python, pip and uv; those of this process unless given. */
  readonly variables?: Variables | undefined
}

const USE_WRITTEN_EVERY_MS = 60_000

/** Opens the environments of a data folder. Nothing is held open but while one is built or deleted. */
export function openEnvironments({ home, inUse = () => false, variables = process.env }: OpenOptions): Environments {
  const tasks = createSharedTasks<BuiltEnvironment>()
  const known = new Map<string, BuiltEnvironment>()
  const digests = new WeakMap<PythonLock, string>()
  const uses = new Map<string, UsesRecord>()
  return {
    async ensure(lock, options = {}) {
      if (lock.kind !== 'python') throw noImages(lock.kind === 'image' ? lock.image : `of ${lock.dockerfile}`)
      const digest = digests.get(lock) ?? environmentDigest(lock)
      digests.set(lock, digest)
      const folder = environmentFolder(home, digest)
      const there = existing(known.get(digest), folder) ?? openBuilt(digest, folder)
      if (there !== undefined) return remember(known, there)
      const built = await tasks.join(digest, options, (task) =>
        openOrBuild({ digest, folder, lock }, { home, variables, ...task }),
      )
      return remember(known, built)
    },
    list: () => listEnvironments(home),
    async remove(digest, { force = false } = {}) {
      const folder = environmentFolder(home, digest)
      if (!DIGEST.test(digest) || !existsSync(folder)) throw notFound(digest)
      if (!force && inUse(digest)) throw used(digest, 'a running step uses it: wait for the step, or force it')
      using lock = lockFile(environmentLockPath(home, digest))
      if (lock === undefined) throw used(digest, 'it is being built: wait for that, or cancel it')
      known.delete(digest)
      uses.delete(digest)
      await deleteFolder(folder)
    },
    recordUse(digest, pipeline) {
      const folder = environmentFolder(home, digest)
      const before = uses.get(digest) ?? readUses(folder) ?? { lastUsedAt: 0, users: [] }
      const now = Date.now()
      const isKnown = before.users.includes(pipeline)
      if (isKnown && now - before.lastUsedAt < USE_WRITTEN_EVERY_MS) {
        uses.set(digest, before)
        return
      }
      if (!DIGEST.test(digest) || !existsSync(folder)) throw notFound(digest)
      const after = { lastUsedAt: now, users: isKnown ? before.users : [...before.users, pipeline].toSorted() }
      saveUses(folder, after)
      uses.set(digest, after)
    },
  }
}

function remember(known: Map<string, BuiltEnvironment>, environment: BuiltEnvironment): BuiltEnvironment {
  known.set(environment.digest, environment)
  return environment
}

/** Another process may have deleted it, or its Python may be gone since: both show in a moment. */
function existing(environment: BuiltEnvironment | undefined, folder: string): BuiltEnvironment | undefined {
  if (environment === undefined) return undefined
  return existsSync(recordPath(folder, 'ready')) && existsSync(environment.python) ? environment : undefined
}

/** What an earlier process built; undefined where it is not whole, or was built for another machine. */
function openBuilt(digest: string, folder: string): BuiltEnvironment | undefined {
  const ready = readReady(folder)
  if (ready === undefined || ready.platform !== PLATFORM) return undefined
  const environment = describeEnvironment(digest, folder)
  return existsSync(environment.python) ? environment : undefined
}

function describeEnvironment(digest: string, folder: string): BuiltEnvironment {
  const binFolder = join(folder, 'bin')
  const env = {
    VIRTUAL_ENV: folder,
    // packages of the person's own home are no part of the digest
    PYTHONNOUSERSITE: '1',
    // Everything here was compiled when it was installed. Steps that run side by side leave it as it is, and a step's
    // own code lies in a copy that is thrown away, where bytecode would be written for nobody.
    PYTHONDONTWRITEBYTECODE: '1',
    // a line is logged when it is printed, not when a buffer is full
    PYTHONUNBUFFERED: '1',
  }
  return { digest, python: join(binFolder, 'python'), binFolder, env }
}

type Wanted = { readonly digest: string; readonly folder: string; readonly lock: PythonLock }
type BuildContext = Parameters<typeof buildEnvironment>[2]

async function openOrBuild({ digest, folder, lock }: Wanted, context: BuildContext): Promise<BuiltEnvironment> {
  using held = await waitForLock(environmentLockPath(context.home, digest), context)
  const there = openBuilt(digest, folder)
  if (there !== undefined) return there
  try {
    await buildEnvironment(folder, lock, context)
  } catch (error) {
    throw isProblem(error) ? error : storageProblem(error, environmentsFolder(context.home))
  }
  held.release()
  return describeEnvironment(digest, folder)
}

async function listEnvironments(home: string): Promise<EnvironmentInfo[]> {
  const folder = environmentsFolder(home)
  if (!existsSync(folder)) return []
  const digests = (await readdir(folder)).filter((name) => DIGEST.test(name)).toSorted()
  return Promise.all(digests.map((digest) => readInfo(digest, join(folder, digest))))
}

async function readInfo(digest: string, folder: string): Promise<EnvironmentInfo> {
  const ready = readReady(folder)
  const plan = ready ?? readPlan(folder)
  const uses = readUses(folder)
  return {
    digest,
    pythonMinor: plan?.pythonMinor ?? '',
    packages: plan?.packages ?? [],
    sizeBytes: ready?.sizeBytes ?? (await folderSize(folder)),
    createdAt: plan?.createdAt ?? Math.round((await stat(folder)).ctimeMs),
    lastUsedAt: uses?.lastUsedAt ?? null,
    state: ready === undefined ? 'partial' : 'ready',
    users: uses?.users ?? [],
  }
}

/** The marker goes first: whatever interrupts the rest, what is left is known to be partial. */
async function deleteFolder(folder: string): Promise<void> {
  try {
    await rm(recordPath(folder, 'ready'), { force: true })
    await removeTree(folder)
  } catch (error) {
    throw storageProblem(error, folder)
  }
}

function saveUses(folder: string, record: UsesRecord): void {
  try {
    writeRecord(folder, 'uses', record)
  } catch (error) {
    throw storageProblem(error, folder)
  }
}

function noImages(image: string): Problem {
  const message = `The image ${image} is no environment for processes: give the environment python and packages, or use a target that runs containers.`
  return new Problem('not_supported', message)
}

function notFound(digest: string): Problem {
  return new Problem('not_found', `There is no environment ${digest}: the list of environments shows those there are.`)
}

function used(digest: string, why: string): Problem {
  return new Problem('environment_in_use', `The environment ${digest.slice(0, 12)} cannot be deleted: ${why}.`)
}
