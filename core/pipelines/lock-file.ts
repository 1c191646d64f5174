import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { EnvironmentSpec, PipelineDefinition } from '#core/contract/definition.ts'
import {
  environmentDigest,
  formatLockFile,
  lockMatches,
  lockPython,
  parseLockFile,
  type EnvironmentLock,
  type ImageEnvironments,
  type PipelineLock,
} from '#core/environments/index.ts'
import { systemCode, writeError } from '#core/store/index.ts'
import type { PipelineFile } from './pipeline-file.ts'
import type { Progress } from './service-types.ts'

/** An environment as a run is frozen with it. */
export type FrozenEnvironment = { readonly digest: string; readonly lock: EnvironmentLock }

/** `changed`: the lock file did not say so. */
export type Locked = { readonly environments: Record<string, FrozenEnvironment>; readonly changed: boolean }

export type LockOptions = Progress & {
  readonly home: string
  readonly update: boolean
  /** False: the lock file stays as it is, whatever was resolved. */
  readonly write?: boolean
  /** Null where attempts are processes, for which an image is no environment. */
  readonly images: Pick<ImageEnvironments, 'lock'> | null
}

/**
 * The lock of every environment that a step uses. What the lock file says is used unchanged as long as it answers what
 * the document asks; what is missing is resolved and written there. Nothing is written on a Problem.
 */
export async function lockPipeline(pipeline: PipelineFile, options: LockOptions): Promise<Locked> {
  const { definition } = pipeline.plan
  const used = new Set(Object.values(definition.steps).flatMap((step) => step.environment ?? []))
  const before = await readLock(pipeline.lockFile)
  const wanted = [...used].toSorted().map((name) => ({ name, spec: specOf(definition, name) }))
  // Before any is locked, which may take long.
  const image = options.images === null ? wanted.find(({ spec }) => !('python' in spec)) : undefined
  if (image !== undefined) throw noImages(image.name)
  const environments: Record<string, FrozenEnvironment> = {}
  let changed = false
  for (const { name, spec } of wanted) {
    const known = before?.environments[name]
    const lock = await lockOf(pipeline, { name, spec, known }, options)
    environments[name] = { lock, digest: environmentDigest(lock) }
    changed ||=
      known === undefined || environmentDigest(known) !== environments[name].digest || !lockMatches(known, spec)
  }
  if (changed && options.write !== false) await writeLock(pipeline.lockFile, merge(before, environments))
  return { environments, changed }
}

type Wanted = {
  readonly name: string
  readonly spec: EnvironmentSpec
  readonly known: EnvironmentLock | undefined
}

/**
 * What is known where it answers what the document asks. A Dockerfile is read each time: it lies beside the document as
 * code does, and no registry can change it.
 */
async function lockOf(
  pipeline: PipelineFile,
  { name, spec, known }: Wanted,
  options: LockOptions,
): Promise<EnvironmentLock> {
  const { home, images, update } = options
  const isKept = known !== undefined && !update && lockMatches(known, spec) && known.kind !== 'dockerfile'
  if (isKept) return known
  options.onLine?.(`locking environment ${name}`)
  if ('python' in spec) return lockPython(spec, { home, ...progressOf(options) })
  if (images === null) throw noImages(name)
  return images.lock(spec, {
    folder: pipeline.folder,
    exclude: [pipeline.file, pipeline.lockFile, home],
    keep: options.write !== false,
    ...progressOf(options),
  })
}

function specOf({ environments }: PipelineDefinition, name: string): EnvironmentSpec {
  const spec = environments[name]
  if (spec === undefined) throw new Error(`no environment ${name}`)
  return spec
}

function noImages(name: string): Problem {
  const fix = 'give it python and packages, or run with --target docker'
  return new Problem(
    'not_supported',
    `the environment "${name}" is an image, which the process target cannot run: ${fix}`,
  )
}

function progressOf({ onLine, signal }: Progress): Progress {
  return { ...(onLine === undefined ? {} : { onLine }), ...(signal === undefined ? {} : { signal }) }
}

function merge(before: PipelineLock | undefined, environments: Record<string, FrozenEnvironment>): PipelineLock {
  const locks = Object.entries(environments).map(([name, { lock }]) => [name, lock])
  return {
    version: 1,
    environments: { ...before?.environments, ...(Object.fromEntries(locks) as Record<string, EnvironmentLock>) },
  }
}

async function readLock(file: string): Promise<PipelineLock | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT') return undefined
    const fix = 'make it a file that you may read, or remove it and lock again'
    throw new Problem('lock_invalid', `the lock file ${file} cannot be read (${code}): ${fix}`, { cause })
  }
  return parseLockFile(text)
}

/** By rename, so that a reader never sees half a lock. */
async function writeLock(file: string, lock: PipelineLock): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, formatLockFile(lock))
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw unwritable(file, cause)
  }
}

function unwritable(file: string, cause: unknown): unknown {
  const known = writeError(cause, dirname(file))
  if (isProblem(known)) return known
  const why = systemCode(cause) ?? String(cause)
  const fix = 'give yourself write permission in its folder, or copy the pipeline to where you have it'
  return new Problem('lock_unwritable', `the lock file ${file} cannot be written (${why}): ${fix}`, { cause })
}
