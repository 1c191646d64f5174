import type { PlanUpload } from '#core/contract/plan.ts'
import type { ExpectedObject } from '#core/objects/index.ts'
import { archiveSize, type SurveyedRun } from '#core/pipelines/index.ts'
import type { Connection } from './connections.ts'
import { placesOf, type OutputUpload } from './content.ts'
import { codeKey } from './keys.ts'
import type { NeededObject } from './types.ts'

/** Something that must lie in the bucket, with the objects that it consists of. */
export type WantedUpload = Pick<PlanUpload, 'kind' | 'name' | 'key'> & {
  readonly objects: readonly { readonly key: string; readonly size: number }[]
}

type Needs = { readonly needed: readonly NeededObject[]; readonly uploads: readonly OutputUpload[] }

/** All that the bucket must have for a compiled object, whether it has it or not. */
export async function wantedUploads(
  run: Pick<SurveyedRun, 'snapshot' | 'frozen'>,
  { needed, uploads }: Needs,
): Promise<WantedUpload[]> {
  const inputs = inputNames(run)
  const outputs = Map.groupBy(uploads, ({ at }) => at)
  return [
    ...(await codeOf(run)),
    ...needed.map((it) => wantedOf(it, inputs)),
    ...[...outputs].map(([key, files]) => outputOf(key, files)),
  ]
}

async function codeOf({ snapshot }: Pick<SurveyedRun, 'snapshot'>): Promise<WantedUpload[]> {
  if (snapshot.files.length === 0 && snapshot.links.length === 0) return []
  const key = codeKey(snapshot.digest)
  return [{ kind: 'code', name: 'code', key, objects: [{ key, size: await archiveSize(snapshot) }] }]
}

/** `step.input` of every input from beside the document, by the sha256 of its content. */
function inputNames({ frozen }: Pick<SurveyedRun, 'frozen'>): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const [step, inputs] of Object.entries(frozen.facts.files)) {
    for (const [input, { sha256 }] of Object.entries(inputs)) {
      names.set(sha256, [...(names.get(sha256) ?? []), `${step}.${input}`])
    }
  }
  return names
}

function wantedOf(needed: NeededObject, inputs: ReadonlyMap<string, readonly string[]>): WantedUpload {
  const { key } = needed
  if ('record' in needed) {
    const name = inputs.get(needed.record.sha256)?.join(', ') ?? ''
    return { kind: 'input', name, key, objects: placesOf(needed.record, key) }
  }
  const kind = key.startsWith('runs/') ? 'output' : 'step'
  return { kind, name: needed.step, key, objects: [{ key, size: Buffer.byteLength(needed.bytes) }] }
}

function outputOf(key: string, files: readonly OutputUpload[]): WantedUpload {
  const names = new Set(files.map(({ step, output }) => `${step}.${output}`))
  const objects = files.map(({ key: at, source }) => ({ key: at, size: 'size' in source ? source.size : 0 }))
  return { kind: 'output', name: [...names].join(', '), key, objects }
}

/** What of it a bucket lacks. An object that several want is counted for the first. Throws what the store throws. */
export async function surveyUploads(
  wanted: readonly WantedUpload[],
  { store }: Pick<Connection, 'store'>,
  signal: AbortSignal,
): Promise<PlanUpload[]> {
  const missing = new Set(await store.findMissing(wanted.flatMap(expectedOf), signal))
  const counted = new Set<string>()
  return wanted.flatMap(({ objects, ...what }) => {
    const own = objects.filter(({ key }) => !counted.has(key))
    for (const { key } of own) counted.add(key)
    if (own.length === 0) return []
    const lacking = own.filter(({ key }) => missing.has(key))
    return [{ ...what, files: own.length, bytes: bytesOf(own), missingBytes: bytesOf(lacking) }]
  })
}

/** Code is sent as a stream, whose size nobody compares. */
function expectedOf({ kind, objects }: WantedUpload): ExpectedObject[] {
  return objects.map(({ key, size }) => ({ key, size: kind === 'code' ? undefined : size }))
}

function bytesOf(objects: WantedUpload['objects']): number {
  return objects.reduce((sum, { size }) => sum + size, 0)
}
