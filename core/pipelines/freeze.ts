import { lstat, realpath } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative, sep } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { bindParameters, bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import type { FileIndex } from './file-index.ts'
import { lockPipeline, type Locked } from './lock-file.ts'
import { readInput } from './outputs.ts'
import type { PipelineFile } from './pipeline-file.ts'
import type { FrozenRun } from './run-rows.ts'
import { readSecrets } from './secrets.ts'
import type { Progress } from './service-types.ts'
import { findTarget, type Targets } from './targets.ts'
import { codeDigestOf, matchFiles, takeSnapshot, type CodeSnapshot } from './snapshot.ts'
import type { RunFacts } from './step-key.ts'

export type FreezeOptions = Progress & {
  readonly home: string
  readonly targets: Targets
  readonly secrets: Pick<Secrets, 'read'>
  readonly blobs: Blobs
  readonly index: FileIndex
  readonly target: string
  readonly parameters: Parameters
  readonly parameterTexts: Readonly<Record<string, string>>
  readonly parallelism?: number
  readonly cache: boolean
  readonly resumes: string | null
}

/** What a run is frozen with, and its plan with the parameters filled in. */
export type Frozen = { readonly frozen: FrozenRun; readonly snapshot: CodeSnapshot; readonly bound: BoundPlan }

/**
 * Everything that a run will use, fixed before it begins: parameters, locks, code, input files. Throws a Problem for
 * all that is wrong with the input; the store then holds at most unused files.
 */
export async function freezeRun(pipeline: PipelineFile, options: FreezeOptions): Promise<Frozen> {
  const { parameters, bound } = await bindRequest(pipeline, options)
  const { images, runtime } = findTarget(options.targets, options.target)
  await runtime.check?.()
  const files = await readInputs(pipeline, options)
  const snapshot = await snapshotOf(pipeline, options)
  const locked = await lockPipeline(pipeline, { ...options, images, update: false })
  const frozen: FrozenRun = {
    parameters,
    environments: locked.environments,
    facts: factsOf(pipeline, { snapshot, files, locked }),
    code: snapshot.digest,
    parallelism: options.parallelism ?? availableParallelism(),
    cache: options.cache,
    resumes: options.resumes,
  }
  return { frozen, snapshot, bound }
}

export type Asked = Pick<FreezeOptions, 'secrets' | 'target' | 'parameters' | 'parameterTexts'> & {
  readonly targets: ReadonlyMap<string, unknown>
}

/** Target, parameters and secrets of a run that is asked for, without its files. Throws a Problem for what is wrong. */
export async function bindRequest(
  { plan }: PipelineFile,
  asked: Asked,
): Promise<Pick<BoundPlan, 'parameters'> & { bound: BoundPlan }> {
  findTarget(asked.targets, asked.target)
  const parameters = bindParameters(plan.definition.parameters, asked.parameters, asked.parameterTexts)
  const bound = bindPlan(plan, parameters)
  for (const step of plan.steps) await readSecrets(asked.secrets, step.definition.secrets)
  return { parameters, bound }
}

/**
 * The code folder without the document and its lock, whose meaning is in the definition and the environments, and
 * without the data folder: to open and close a file that this process holds a lock on would end the lock.
 */
async function snapshotOf(pipeline: PipelineFile, { blobs, index, home }: FreezeOptions): Promise<CodeSnapshot> {
  const folder = pipeline.codeFolder
  const exclude = [pipeline.file, pipeline.lockFile, home]
    .map((file) => relative(folder, file))
    .filter((path) => !path.startsWith('..'))
  return takeSnapshot({ folder, exclude, blobs, index })
}

type Gathered = { readonly snapshot: CodeSnapshot; readonly files: RunFacts['files']; readonly locked: Locked }

function factsOf({ plan }: PipelineFile, { snapshot, files, locked }: Gathered): RunFacts {
  const digests = new Map<string, string>()
  const digestFor = (globs: readonly string[]): string => {
    const key = JSON.stringify(globs)
    const known = digests.get(key)
    if (known !== undefined) return known
    const digest = globs.length === 0 ? snapshot.digest : codeDigestOf(matchFiles(snapshot, globs), [])
    digests.set(key, digest)
    return digest
  }
  return {
    environments: Object.fromEntries(Object.entries(locked.environments).map(([name, { digest }]) => [name, digest])),
    code: Object.fromEntries(plan.steps.map((step) => [step.name, digestFor(step.definition.files)])),
    files,
  }
}

async function readInputs(pipeline: PipelineFile, options: FreezeOptions): Promise<RunFacts['files']> {
  const files: Record<string, Record<string, OutputRecord>> = {}
  for (const step of pipeline.plan.steps) {
    const ofStep: Record<string, OutputRecord> = {}
    for (const [name, input] of step.inputs) {
      if (input.kind === 'expression') continue
      const path = await insideFolder(pipeline.folder, input.path, `steps.${step.name}.inputs.${name}`)
      await mustBe(input.kind, path, input.path)
      ofStep[name] = await readInput(path, input.kind, options.blobs)
    }
    if (Object.keys(ofStep).length > 0) files[step.name] = ofStep
  }
  return files
}

async function mustBe(kind: 'file' | 'folder', path: string, written: string): Promise<void> {
  const found = await lstat(path)
  if (kind === 'file' ? found.isFile() : found.isDirectory()) return
  throw new Problem(
    'input_missing',
    `the input ${written} is not a ${kind}: write {${kind === 'file' ? 'folder' : 'file'}: ${written}} if that is what it is`,
  )
}

/** The real path of an input, which must lie in the folder of the document whatever links lead there. */
async function insideFolder(folder: string, path: string, where: string): Promise<string> {
  const root = await realpath(folder)
  const real = await realpath(join(folder, path)).catch((cause: unknown) => {
    throw new Problem(
      'input_missing',
      `${where}: ${path} does not exist beside the pipeline: correct the path or make the file`,
      { cause },
    )
  })
  if (real !== root && !real.startsWith(root + sep)) {
    throw new Problem('input_outside', `${where}: ${path} lies outside the folder of the pipeline: copy it there`)
  }
  return real
}
