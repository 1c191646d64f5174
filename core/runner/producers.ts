import { closeSync, readdirSync, readFileSync } from 'node:fs'
import type { Json } from '#core/base/json.ts'
import type { OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import { corrupt, readOutputRecords, type ArgoStatus, type PodProducer, type PodSource } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'
import { openArtifact } from './artifact.ts'

type OutputSource = Extract<PodSource, { from: 'output' }>

/** What a step finds under an output of another. */
export type FoundOutput =
  | { readonly kind: 'record'; readonly record: OutputRecord }
  /** After a fan-out: one record an item, in item order. */
  | { readonly kind: 'gathered'; readonly records: readonly OutputRecord[] }
  /** The step was skipped, and the output has a default. */
  | { readonly kind: 'default'; readonly value: Json }

/** The steps that this one reads. */
export type Producers = {
  /** How one ended, in the words of expressions. */
  status(index: number): string
  /** Throws Problem `artifact_missing` or `artifact_corrupt`. */
  find(source: OutputSource): FoundOutput
}

type Options = {
  readonly producers: readonly PodProducer[]
  readonly statuses: readonly ArgoStatus[]
  /** Where an artifact lies. */
  readonly artifact: (name: string) => string
}

/** Records are read when they are first asked for. */
export function openProducers({ producers, statuses, artifact }: Options): Producers {
  const read = new Map<number, readonly OutputRecords[]>()
  const recordsOf = (index: number, producer: PodProducer): readonly OutputRecords[] => {
    const known = read.get(index) ?? readRecords(producer, artifact)
    read.set(index, known)
    return known
  }
  return {
    status: (index) => WORDS[statuses[index] ?? 'Error'],
    find(source) {
      const producer = producers[source.producer]
      const status = statuses[source.producer]
      if (producer === undefined || status === undefined) throw new Error(`there is no producer ${source.producer}`)
      const name = `steps.${producer.step}.outputs.${source.output}`
      if (status !== 'Succeeded') {
        if (WORDS[status] === 'skipped' && source.default !== undefined)
          return { kind: 'default', value: source.default }
        throw new Error(`${name} does not exist: the step is ${WORDS[status]}`)
      }
      const records = recordsOf(source.producer, producer).map((outputs) => outputs[source.output] ?? absent(name))
      if (producer.isFanOut) return { kind: 'gathered', records }
      return { kind: 'record', record: records[0] ?? absent(name) }
    },
  }
}

/** Skipped with its dependants means omitted; an Error is a pod that was lost, or could not be made. */
const WORDS = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
  Skipped: 'skipped',
  Omitted: 'skipped',
} as const satisfies Record<ArgoStatus, string>

function absent(name: string): never {
  throw corrupt(name, 'its record is not there')
}

/** A found parameter output as a value; a gathered one as a list. */
export function valueOf(found: FoundOutput): Json {
  if (found.kind === 'default') return found.value
  if (found.kind === 'gathered') return found.records.map(recordValue)
  return recordValue(found.record)
}

function recordValue(record: OutputRecord): Json {
  if (record.kind !== 'value') throw new Error('a file or folder has no value')
  return record.value
}

/** Of each item; of a step that is no fan-out the one. */
function readRecords({ step, isFanOut, records }: PodProducer, artifact: Options['artifact']): OutputRecords[] {
  if (records === null) throw new Error(`the records of ${step} were not asked for`)
  const path = artifact(records)
  if (!isFanOut) return [readOne(path, `what step ${step} left`)]
  // their number is that of the items: Argo brings all that lie below one key
  return namesIn(path).map((_, item) => readOne(`${path}/${item}.json`, `what ${step}[${item}] left`))
}

function readOne(path: string, what: string): OutputRecords {
  const { descriptor } = openArtifact(path, what)
  try {
    return readOutputRecords(readFileSync(descriptor), what)
  } finally {
    closeSync(descriptor)
  }
}

/** A fan-out over nothing leaves nothing, and so no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
