import type { Pair, RunStatus } from '#core/tracking/index.ts'
import { partOf } from './event.ts'
import { bytesOf, floatOf, integerOf, readFields } from './protobuf.ts'

/** What the plugin `hparams` keeps of a run: its parameters at the start, its status at the end. */
export type Session = { readonly params: readonly Pair[]; readonly status?: RunStatus }

const STATUSES: Readonly<Record<number, RunStatus>> = { 1: 'FINISHED', 2: 'FAILED', 3: 'RUNNING' }

/** Reads the content of the plugin (HParamsPluginData). An Error for bytes that are none. */
export function readSession(content: Buffer): Session {
  const [start, end] = [partOf(content, 3), partOf(content, 4)]
  const params = start === undefined ? [] : [...paramsOf(start)]
  const status = end === undefined ? undefined : STATUSES[numberOf(end, 1) ?? 0]
  return { params, ...(status === undefined ? {} : { status }) }
}

function* paramsOf(start: Buffer): Generator<Pair> {
  for (const field of readFields(start)) {
    const entry = field.number === 1 ? bytesOf(field) : undefined
    if (entry === undefined) continue
    const [key, value] = [partOf(entry, 1), partOf(entry, 2)]
    if (key !== undefined) yield { key: key.toString('utf8'), value: value === undefined ? '' : textOfValue(value) }
  }
}

/** A google.protobuf.Value that is a number, a text or a boolean. */
function textOfValue(value: Buffer): string {
  for (const field of readFields(value)) {
    if (field.number === 2) return String(floatOf(field) ?? '')
    if (field.number === 3) return bytesOf(field)?.toString('utf8') ?? ''
    if (field.number === 4) return integerOf(field) === 1 ? 'true' : 'false'
  }
  return ''
}

function numberOf(message: Buffer, number: number): number | undefined {
  for (const field of readFields(message)) if (field.number === number) return integerOf(field)
  return undefined
}
