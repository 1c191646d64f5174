import type { Content, Range } from './content.ts'
import { DamagedMessage, MOST_FIELDS, readFields, type Field } from './protobuf.ts'

/** A model of ONNX as far as it is compared: what is large stays in its file. */
export type OnnxModel = {
  readonly content: Content
  /** By domain, `ai.onnx` for that of ONNX itself. */
  readonly opsets: Map<string, string>
  /** In their order. */
  readonly nodes: Range[]
  /** By name. */
  readonly initializers: Map<string, Range>
  readonly inputs: Map<string, Range>
  readonly outputs: Map<string, Range>
  /** What is noted beside the graph, such as `producer version`. */
  readonly notes: Map<string, string>
}

/** Names are read so far, and so much of all texts is kept. */
const LONGEST_NAME = 4096
const MOST_TEXT = 16 * 1024 * 1024
const MODEL_FIELDS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25])
const NOTES: Readonly<Record<number, string>> = {
  1: 'IR version',
  2: 'producer name',
  3: 'producer version',
  4: 'domain',
  5: 'model version',
  6: 'description',
}

/** Reads what a model is made of. Throws DamagedMessage for what is no protocol buffer; undefined where it is no model. */
export async function readOnnx(content: Content): Promise<OnnxModel | undefined> {
  const model: OnnxModel = {
    content,
    opsets: new Map(),
    nodes: [],
    initializers: new Map(),
    inputs: new Map(),
    outputs: new Map(),
    notes: new Map(),
  }
  const keep = openTexts()
  let hasGraph = false
  for await (const field of readFields(content, { start: 0, end: content.size })) {
    if (!MODEL_FIELDS.has(field.number)) return undefined
    const note = NOTES[field.number]
    if (note !== undefined) model.notes.set(note, keep(await scalarOf(content, field)))
    if (field.number === 8) await addOpset(model, field, keep)
    if (field.number === 14) await addNote(model, field, keep)
    if (field.number !== 7) continue
    hasGraph = true
    await readGraph(model, field, keep)
  }
  return hasGraph && model.opsets.size > 0 ? model : undefined
}

type Keep = (text: string) => string

/** Passes texts on. Throws DamagedMessage where they are more than any model has. */
export function openTexts(): Keep {
  let length = 0
  return (text) => {
    length += text.length
    if (length > MOST_TEXT) throw new DamagedMessage('too many texts')
    return text
  }
}

async function readGraph(model: OnnxModel, graph: Field, keep: Keep): Promise<void> {
  const { content, nodes, initializers, inputs, outputs, notes } = model
  for await (const field of readFields(content, graph)) {
    if (field.number === 1) nodes.push(field)
    if (field.number === 2) notes.set('name of the graph', await scalarOf(content, field))
    if (field.number === 5) initializers.set(keep(await textIn(content, field, 8)), field)
    if (field.number === 11) inputs.set(keep(await textIn(content, field, 1)), field)
    if (field.number === 12) outputs.set(keep(await textIn(content, field, 1)), field)
  }
}

async function addOpset({ content, opsets }: OnnxModel, range: Range, keep: Keep): Promise<void> {
  const domain = keep(await textIn(content, range, 1))
  opsets.set(domain === '' ? 'ai.onnx' : domain, keep(await textIn(content, range, 2)))
}

async function addNote({ content, notes }: OnnxModel, range: Range, keep: Keep): Promise<void> {
  notes.set(keep(`metadata ${await textIn(content, range, 1)}`), keep(await textIn(content, range, 2)))
}

/** The text or number of one field of a message; empty where it has none. */
export async function textIn(content: Content, range: Range, number: number): Promise<string> {
  for await (const field of readFields(content, range, MOST_FIELDS)) {
    if (field.number === number) return scalarOf(content, field)
  }
  return ''
}

/** Texts of a field that may be repeated. */
export async function textsIn(content: Content, range: Range, number: number): Promise<string[]> {
  const texts: string[] = []
  const keep = openTexts()
  for await (const field of readFields(content, range)) {
    if (field.number === number) texts.push(keep(await scalarOf(content, field)))
  }
  return texts
}

async function scalarOf(content: Content, { wire, value, start, end }: Field): Promise<string> {
  if (wire === 0) return BigInt.asIntN(64, value).toString()
  return (await content.read(start, Math.min(end, start + LONGEST_NAME))).toString('utf8')
}
