import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { PulledFacts } from '#core/contract/pulled-step.ts'
import { systemCode } from '#core/files/index.ts'
import { removeTree, writeError, type Blobs } from '#core/store/index.ts'
import { foldersIn, makeFolders } from '../attempt-folders.ts'
import { resolveStep } from '../attempt-workload.ts'
import { placeCode } from '../place-code.ts'
import { taskEnvironment } from '../step-environment.ts'
import { placeStepInputs } from '../step-inputs.ts'
import { writeLog } from './attempt-log.ts'
import type { PastAttempt } from './past-attempt.ts'
import { pulledScript } from './pulled-script.ts'
import { checkReads, readsOf } from './step-reads.ts'

const FACTS_FILE = 'step.json'

/** Where a pulled step lies that was not asked to lie elsewhere. */
export function pulledFolder(home: string, { row, task }: Pick<PastAttempt, 'row' | 'task'>): string {
  const item = task.item === null ? '' : `-${task.item}`
  return join(home, 'pulled', row.id, `${task.step.bound.planned.name}${item}-${task.attempt}`)
}

/** Whether anything lies at a path, a link that leads nowhere included. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** What a folder holds that was made here; undefined where nothing is there. Throws Problem `conflict` for all else. */
export function pulledThere(folder: string): PulledFacts | undefined {
  if (!isThere(folder)) return undefined
  const facts = PulledFacts.safeParse(readJson(join(folder, FACTS_FILE)))
  if (facts.success) return facts.data
  const fix = 'name a folder that is not there yet, or take --force where none is named'
  throw new Problem('conflict', `${folder} is there and no pulled step: ${fix}`)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether a folder holds this attempt. */
export function isOf(facts: PulledFacts, { row, task }: Pick<PastAttempt, 'row' | 'task'>): boolean {
  const { run, step, item, attempt } = facts
  const [name, index] = [task.step.bound.planned.name, item?.index ?? null]
  return run === row.id && step === name && index === task.item && attempt === task.attempt
}

/** Throws Problem `conflict` where a folder holds another attempt. */
export function mustBeOf(
  facts: PulledFacts,
  { past, folder }: { readonly past: PastAttempt; readonly folder: string },
): void {
  if (isOf(facts, past)) return
  const { run, step, attempt } = facts
  throw new Problem('conflict', `${folder} holds attempt ${attempt} of ${step} of run ${run}: name another folder`)
}

type Content = {
  readonly facts: PulledFacts
  /** The folder that its log lies in. */
  readonly log: string
  readonly blobs: Blobs
  /** Whether it takes the place of what is there. */
  readonly replaces: boolean
}

/**
 * Makes the folder of a pulled step: code, inputs, empty outputs and home, `step.json`, `log.txt` and `run.sh`. It has its
 * name only once it is complete. Throws Problem `conflict` where something came there meanwhile, `disk_full`, and
 * `artifact_corrupt`.
 */
export async function makePulledFolder(folder: string, past: PastAttempt, content: Content): Promise<void> {
  const beside = partOf(folder)
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
    await removeParts(folder)
    await fill(beside, past, content)
    await takePlace(beside, folder, content.replaces)
  } catch (error) {
    await removeTree(beside)
    throw writeError(error, dirname(folder))
  }
}

/** The earlier one is away only once the new one is there. */
async function takePlace(made: string, folder: string, replaces: boolean): Promise<void> {
  const old = partOf(folder)
  if (replaces) renameSync(folder, old)
  try {
    renameSync(made, folder)
  } catch (error) {
    if (replaces) renameSync(old, folder)
    if (!IN_THE_WAY.has(systemCode(error))) throw error
    const fix = 'name a folder that is not there yet'
    throw new Problem('conflict', `${folder} came to be there meanwhile: ${fix}`, { cause: error })
  }
  await removeTree(old)
}

const IN_THE_WAY: ReadonlySet<string | undefined> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'])

const PART = '.part'

function partOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.${randomUUID()}${PART}`)
}

/** What a core that was killed has left. */
async function removeParts(folder: string): Promise<void> {
  const above = dirname(folder)
  const isPart = (name: string): boolean => name.startsWith(`.${basename(folder)}.`) && name.endsWith(PART)
  for (const name of readdirSync(above).filter(isPart)) await removeTree(join(above, name))
}

async function fill(folder: string, past: PastAttempt, { facts, log, blobs }: Content): Promise<void> {
  const { task, row, snapshot } = past
  const folders = foldersIn(folder)
  makeFolders(folders)
  await placeCode(snapshot, folders.code, blobs)
  const files = row.frozen.facts.files[task.step.bound.planned.name] ?? {}
  await placeStepInputs({ task, paths: folders.paths, blobs, files })
  await checkReads(readsOf(task, row.frozen), folders.inputs)
  await writeLog(log, join(folder, 'log.txt'))
  // In a code folder it is no part of the next snapshot, nor of a repository.
  writeFileSync(join(folder, '.gitignore'), '*\n')
  writeFileSync(join(folder, FACTS_FILE), `${JSON.stringify(facts, null, 2)}\n`)
  writeFileSync(join(folder, 'run.sh'), scriptOf(past), { mode: 0o755 })
}

function scriptOf({ task, row }: PastAttempt): string {
  // No text of the step holds it.
  const root = `/${randomUUID()}`
  const folders = foldersIn(root)
  const { name, definition } = task.step.bound.planned
  const { command, env } = resolveStep(task, folders.paths)
  return pulledScript({
    root,
    what: `${name}${task.item === null ? '' : `[${task.item}]`} of run ${row.id}, attempt ${task.attempt}`,
    command,
    env: taskEnvironment(task, { folders, env }),
    secrets: Object.keys(definition.secrets),
  })
}
