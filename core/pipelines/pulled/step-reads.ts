import { join } from 'node:path'
import { canonicalJson } from '#core/base/json.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { PulledInput } from '#core/contract/pulled-step.ts'
import { hashFile, sha256 } from '#core/files/index.ts'
import type { AttemptTask } from '../executor.ts'
import { fetchFiles, type FetchOptions } from '../fetch-files.ts'
import { contentOf, findOutput, identityOf, type FoundOutput } from '../read-output.ts'
import { filesOf } from '../remote-files.ts'
import type { FrozenRun } from '../run-rows.ts'
import type { Progress } from '../service-types.ts'

/** One file or folder that an attempt reads. */
export type StepRead = {
  /** Of the file or folder below `inputs`. */
  readonly name: string
  readonly from: string
  readonly found: FoundOutput
}

/** Everything that an attempt reads as a file or folder, in the order of the document. */
export function readsOf({ step, state }: AttemptTask, frozen: FrozenRun): StepRead[] {
  const { name: stepName, inputs, reads } = step.bound.planned
  const upstream = (name: string, of: { readonly step: string; readonly output: string }): StepRead => ({
    name,
    from: `steps.${of.step}.outputs.${of.output}`,
    found: findOutput(state, of.step, of.output),
  })
  const named = [...inputs].flatMap(([name, input]): StepRead[] => {
    if (input.kind === 'expression') return [upstream(name, input.reference)]
    const record = frozen.facts.files[stepName]?.[name]
    return record === undefined ? [] : [{ name, from: input.path, found: { kind: 'record', record } }]
  })
  const paths = reads.flatMap((read) =>
    read.kind === 'outputPath' ? [upstream(`steps.${read.step}.${read.output}`, read)] : [],
  )
  return [...named, ...paths]
}

function recordsOf({ found }: StepRead): readonly OutputRecord[] {
  if (found.kind === 'default') return []
  return found.kind === 'record' ? [found.record] : found.records
}

/**
 * Takes to this machine what of it lies in a bucket only. Resolves to the bytes that came. Throws Problem `artifact_missing`
 * that names what is gone, and what the bucket throws.
 */
export async function fetchReads(
  reads: readonly StepRead[],
  options: FetchOptions,
  progress: Progress,
): Promise<number> {
  let bytes = 0
  for (const read of reads) {
    try {
      bytes += await fetchFiles(recordsOf(read), options, progress)
    } catch (error) {
      throw isGone(error) ? goneProblem(read, error) : error
    }
  }
  return bytes
}

function isGone(error: unknown): boolean {
  return isProblem(error) && (error.code === 'artifact_missing' || error.code === 'not_found')
}

function goneProblem({ name, from }: StepRead, cause: unknown): Problem {
  const fix = 'it cannot be had again as it was: resume the run, which makes it anew'
  return new Problem(
    'artifact_missing',
    `the input ${name} (${from}) is no longer in the bucket or on this machine: ${fix}`,
    {
      cause,
    },
  )
}

/** Compares what was placed below a folder with what it must be. Throws Problem `artifact_corrupt`. */
export async function checkReads(reads: readonly StepRead[], inputs: string): Promise<void> {
  for (const { name, found } of reads) {
    const path = join(inputs, name)
    if (found.kind === 'record') await checkRecord(found.record, path)
    if (found.kind !== 'gathered' || found.records[0]?.kind === 'value') continue
    for (const [index, record] of found.records.entries()) await checkRecord(record, join(path, String(index)))
  }
}

async function checkRecord(record: OutputRecord, path: string): Promise<void> {
  if (record.kind === 'file') await checkFile(record.sha256, path)
  if (record.kind === 'folder') for (const file of record.files) await checkFile(file.sha256, join(path, file.path))
}

async function checkFile(expected: string, path: string): Promise<void> {
  const { sha256: found } = await hashFile(path)
  if (found === expected) return
  const fix = 'look after the disk of the data folder'
  throw new Problem('artifact_corrupt', `${path} holds other bytes (${found}) than were stored (${expected}): ${fix}`)
}

export function inputOf(read: StepRead): PulledInput {
  const { name, from, found } = read
  const files = recordsOf(read).flatMap((record) => [...filesOf(record)])
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const text = { name, from, files: files.length }
  if (found.kind === 'default') {
    const json = canonicalJson(found.value)
    return { ...text, kind: 'value', bytes: Buffer.byteLength(json), sha256: sha256(json) }
  }
  const kind = found.kind === 'gathered' ? 'list' : found.record.kind
  const own = found.kind === 'record' ? identityOf(found.record) : contentOf(found)
  return { ...text, kind, bytes, sha256: own.split(' ', 1)[0] ?? own }
}
