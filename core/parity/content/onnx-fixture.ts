/** A model of ONNX as little as a test wants of one, written as the format has it. */
export type TinyModel = {
  readonly opset?: number
  readonly producer?: string
  readonly nodes?: readonly TinyNode[]
  readonly initializers?: Readonly<Record<string, TinyTensor>>
  readonly inputs?: readonly string[]
  readonly outputs?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
}
type TinyNode = {
  readonly op: string
  readonly name?: string
  readonly inputs?: readonly string[]
  /** Lists of numbers with 32 bits, packed where `isPacked`. */
  readonly floats?: Readonly<Record<string, readonly number[]>>
  readonly isPacked?: boolean
}
type TinyTensor = {
  readonly shape: readonly number[]
  readonly values: readonly number[]
  readonly isShapePacked?: boolean
  /** Raw bytes, or a list of numbers. */
  readonly isRaw?: boolean
}

export function onnxOf(model: TinyModel): Buffer {
  const { opset = 17, producer = 'tests', nodes = [], initializers = {}, inputs = ['x'], outputs = ['y'] } = model
  const graph = [
    ...nodes.map((node) => message(1, nodeOf(node))),
    message(2, text('graph')),
    ...Object.entries(initializers).map(([name, tensor]) => message(5, tensorOf(name, tensor))),
    ...inputs.map((name) => message(11, message(1, text(name)))),
    ...outputs.map((name) => message(12, message(1, text(name)))),
  ]
  const metadata = Object.entries(model.metadata ?? {}).map(([key, value]) =>
    message(14, Buffer.concat([message(1, text(key)), message(2, text(value))])),
  )
  return Buffer.concat([
    varintField(1, 8),
    message(2, text(producer)),
    message(7, Buffer.concat(graph)),
    message(8, Buffer.concat([message(1, text('')), varintField(2, opset)])),
    ...metadata,
  ])
}

function nodeOf({ op, name = '', inputs = [], floats = {}, isPacked = false }: TinyNode): Buffer {
  return Buffer.concat([
    ...inputs.map((input) => message(1, text(input))),
    message(2, text('y')),
    message(3, text(name)),
    message(4, text(op)),
    ...Object.entries(floats).map(([key, values]) => message(5, floatsOf(key, values, isPacked))),
  ])
}

function floatsOf(name: string, values: readonly number[], isPacked: boolean): Buffer {
  const bytes = values.map(float)
  const list = isPacked ? [message(7, Buffer.concat(bytes))] : bytes.map((it) => Buffer.concat([tag(7, 5), it]))
  return Buffer.concat([message(1, text(name)), ...list, varintField(20, 6)])
}

function tensorOf(name: string, { shape, values, isShapePacked = false, isRaw = true }: TinyTensor): Buffer {
  const data = Buffer.concat(values.map(float))
  return Buffer.concat([
    ...(isShapePacked ? [message(1, Buffer.concat(shape.map(varint)))] : shape.map((size) => varintField(1, size))),
    varintField(2, 1),
    message(8, text(name)),
    message(isRaw ? 9 : 4, data),
  ])
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(value)
}

function message(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes])
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([tag(number, 0), varint(value)])
}

function tag(number: number, wire: number): Buffer {
  return varint(number * 8 + wire)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
