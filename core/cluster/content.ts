import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Upload } from '#core/objects/index.ts'
import {
  archiveCode,
  isFanOut,
  itemOf,
  stepOf,
  stepsToStart,
  type RemoteFile,
  type RunState,
  type StepState,
} from '#core/pipelines/index.ts'
import { blobKey, codeKey, outputKey, treeKey } from './keys.ts'
import type { RunContext } from './run-context.ts'
import type { CompileInput, NeededObject } from './types.ts'

type Context = Pick<RunContext, 'snapshot' | 'blobs' | 'remote' | 'storeId'>

/** The code of a run, as readers in pods want it. */
export function codeUpload({ snapshot, blobs }: Pick<Context, 'snapshot' | 'blobs'>): Upload[] {
  if (snapshot.files.length === 0 && snapshot.links.length === 0) return []
  return [{ key: codeKey(snapshot.digest), source: { stream: () => archiveCode(snapshot, blobs) } }]
}

/** Uploads for what the compiler says that the run needs. */
export function neededUploads(needed: readonly NeededObject[], context: Pick<Context, 'blobs'>): Upload[] {
  return needed.flatMap((it) =>
    'bytes' in it ? [{ key: it.key, source: { bytes: it.bytes } }] : recordUploads(it.record, it.key, context),
  )
}

function recordUploads(record: OutputRecord, to: string, { blobs }: Pick<Context, 'blobs'>): Upload[] {
  return placesOf(record, to).map(({ key, sha256, size }) => ({ key, source: { path: blobs.sourceOf(sha256), size } }))
}

/** Something that is in the bucket under another key than readers of a run look for it. */
export type Copy = { readonly from: string; readonly to: string }

/** A file of an output of a cached step; `at` is the key of the whole output, or of the item of it. */
export type OutputUpload = Upload & { readonly at: string; readonly step: string; readonly output: string }

/** What was computed before, as readers in the cluster find it. */
export type Located = {
  readonly locate: CompileInput['locate']
  readonly uploads: readonly OutputUpload[]
  readonly copies: readonly Copy[]
}

/**
 * Where the outputs of cached steps lie for readers of this run: where the bucket has them, if one key leads there; else
 * under their content, or of a fan-out below the run's own keys, to be uploaded or copied there.
 */
export function locateCached(run: string, state: RunState, context: Context): Located {
  const keys = new Map<string, string>()
  const uploads: OutputUpload[] = []
  const copies: Copy[] = []
  const bring = (record: OutputRecord, { at: to, ...of }: Omit<OutputUpload, keyof Upload>): void => {
    for (const { sha256, size, key } of placesOf(record, to)) {
      const there = context.remote.find(sha256, [context.storeId])
      if (there !== undefined && there.key !== key) copies.push({ from: there.key, to: key })
      else if (context.blobs.has(sha256))
        uploads.push({ key, source: { path: context.blobs.sourceOf(sha256), size }, at: to, ...of })
    }
  }
  for (const { step, output, records } of cachedOutputs(state)) {
    const { name } = step.bound.planned
    if (isFanOut(step)) {
      for (const [item, record] of records)
        bring(record, { at: outputKey({ run, step: name, item }, output), step: name, output })
      continue
    }
    const record = records.get(0)
    if (record === undefined || record.kind === 'value') continue
    const found = sharedKey(record, context)
    const key = found ?? (record.kind === 'file' ? blobKey(record.sha256) : treeKey(record.sha256))
    keys.set(`${name} ${output}`, key)
    if (found === undefined) bring(record, { at: key, step: name, output })
  }
  return { locate: (step, output) => keys.get(`${step} ${output}`), uploads, copies }
}

/** The files of a record whose bytes lie at or below a key. */
export function placesOf(record: OutputRecord, key: string): RemoteFile[] {
  if (record.kind === 'value') return []
  if (record.kind === 'file') return [{ sha256: record.sha256, size: record.size, key }]
  return record.files.map(({ path, sha256, size }) => ({ sha256, size, key: `${key}/${path}` }))
}

/** The key at or below which the bucket has all of a record. */
export function sharedKey(
  record: OutputRecord,
  { remote, storeId }: Pick<Context, 'remote' | 'storeId'>,
): string | undefined {
  const keyOf = (sha256: string): string | undefined => remote.find(sha256, [storeId])?.key
  if (record.kind === 'value') return undefined
  if (record.kind === 'file') return keyOf(record.sha256)
  const [first] = record.files
  const key = first === undefined ? undefined : keyOf(first.sha256)
  if (first === undefined || key?.endsWith(`/${first.path}`) !== true) return undefined
  const base = key.slice(0, -first.path.length - 1)
  return record.files.every(({ path, sha256 }) => keyOf(sha256) === `${base}/${path}`) ? base : undefined
}

type CachedOutput = {
  readonly step: StepState
  readonly output: string
  /** By item; 0 outside of a fan-out. */
  readonly records: ReadonlyMap<number, OutputRecord>
}

/** Files and folders of cached step runs that a step which is to run reads. */
export function* cachedOutputs(state: RunState): Generator<CachedOutput> {
  const read = stepsToStart(state).flatMap(artifactsRead)
  for (const key of new Set(read)) {
    const [name = '', output = ''] = key.split(' ')
    const step = stepOf(state, name)
    const records = new Map<number, OutputRecord>()
    for (let index = 0; index < step.count && step.ends.cached > 0; index += 1) {
      const item = itemOf(step, index)
      const record = item.outputs[output]
      if (item.status === 'cached' && record !== undefined) records.set(index, record)
    }
    if (records.size > 0) yield { step, output, records }
  }
}

/** Step and output of all that a step reads as a file or folder. */
function artifactsRead({ bound }: StepState): string[] {
  const { inputs, reads } = bound.planned
  const references = [...inputs.values()].flatMap((input) => (input.kind === 'expression' ? [input.reference] : []))
  const paths = reads.flatMap((read) => (read.kind === 'outputPath' ? [read] : []))
  return [...references, ...paths].map(({ step, output }) => `${step} ${output}`)
}
