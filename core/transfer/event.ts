import { bytesOf, floatOf, integerOf, readFields } from './protobuf.ts'
import { readTensor, type Tensor } from './tensor.ts'

/** An event of TensorBoard, of which only summaries are read. */
export type Event = {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  readonly values: readonly SummaryValue[]
}

/** A value of a summary under its tag. */
export type SummaryValue = {
  readonly tag: string
  /** The plugin that shows it; '' where the first one of the tag said so, and for what TensorFlow 1 wrote. */
  readonly plugin: string
  /** What the plugin keeps with it. */
  readonly content: Buffer | undefined
  readonly simple: number | undefined
  /** A file of an image, of TensorFlow 1. */
  readonly image: Buffer | undefined
  readonly tensor: Tensor | undefined
}

/** Reads an event. An Error for bytes that are none. */
export function readEvent(record: Buffer): Event {
  let [wallTime, step] = [0, 0]
  const values: SummaryValue[] = []
  for (const field of readFields(record)) {
    if (field.number === 1) wallTime = floatOf(field) ?? 0
    else if (field.number === 2) step = integerOf(field) ?? Number.NaN
    else if (field.number === 5) values.push(...summaryOf(bytesOf(field)))
  }
  return { wallTime, step, values }
}

function* summaryOf(summary: Buffer | undefined): Generator<SummaryValue> {
  if (summary === undefined) return
  for (const field of readFields(summary)) {
    const value = field.number === 1 ? bytesOf(field) : undefined
    if (value !== undefined) yield valueOf(value)
  }
}

/** What TensorFlow 1 wrote without a plugin. */
const OLD_KINDS: Readonly<Record<number, string>> = { 5: 'histograms', 6: 'audio' }

function valueOf(message: Buffer): SummaryValue {
  let [tag, kind, simple, image, tensor]: [string, string, number?, Buffer?, Buffer?] = ['', '']
  let metadata: Pick<SummaryValue, 'plugin' | 'content'> = { plugin: '', content: undefined }
  for (const field of readFields(message)) {
    const bytes = bytesOf(field)
    if (field.number === 1) tag = bytes?.toString('utf8') ?? ''
    else if (field.number === 2) simple = floatOf(field)
    else if (field.number === 4 && bytes !== undefined) image = partOf(bytes, 4)
    else if (field.number === 8) tensor = bytes
    else if (OLD_KINDS[field.number] !== undefined) kind = OLD_KINDS[field.number] ?? ''
    else if (field.number === 9 && bytes !== undefined) metadata = pluginOf(bytes)
  }
  const plugin = metadata.plugin === '' ? kind : metadata.plugin
  const read = tensor === undefined ? undefined : readTensor(tensor)
  return { tag, ...metadata, plugin, simple, image, tensor: read }
}

function pluginOf(metadata: Buffer): Pick<SummaryValue, 'plugin' | 'content'> {
  const data = partOf(metadata, 1)
  if (data === undefined) return { plugin: '', content: undefined }
  return { plugin: partOf(data, 1)?.toString('utf8') ?? '', content: partOf(data, 2) }
}

/** The last part of a message under a number, as bytes. */
export function partOf(message: Buffer, number: number): Buffer | undefined {
  let found: Buffer | undefined
  for (const field of readFields(message)) if (field.number === number) found = bytesOf(field)
  return found
}
