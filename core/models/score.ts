import { stat } from 'node:fs/promises'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { Problem } from '#core/base/problem.ts'

/** Only fatal: what fails is told by a Problem, not on the library's own stderr. */
const QUIET = 4

export type ScoreRequest = {
  readonly modelPath: string
  /** At least one row, all of the same length: a value per feature. */
  readonly rows: readonly (readonly number[])[]
  /** The true class of each row, where it is known. */
  readonly labels?: readonly number[]
}

export type Score = {
  /** The class of each row, in the order of the rows. */
  readonly predictions: number[]
  /** Share of the rows whose prediction equals their label, from 0 to 1; null without labels. */
  readonly accuracy: number | null
  readonly inputName: string
  /** Time that the model took for all rows, in seconds, without loading it. */
  readonly seconds: number
}

/**
 * Asks an ONNX classifier for the class of each row. The model has one float32 input of [rows, features] and an int64
 * label as its first output, as skl2onnx writes it. Throws Problem `input_missing`, `model_invalid` or
 * `model_input_invalid`.
 */
export async function scoreOnnx({ modelPath, rows, labels }: ScoreRequest): Promise<Score> {
  if (labels !== undefined && labels.length !== rows.length) {
    throw inputProblem(
      `the number of labels is ${labels.length}, and of rows ${rows.length}: give one label for each row`,
    )
  }
  const data = flatten(rows)
  await requireFile(modelPath)
  // Loaded on first use: the library has tens of megabytes, and most of the program never needs it.
  const { InferenceSession: Session, Tensor: NewTensor } = await import('onnxruntime-node')
  const session = await openModel(Session, modelPath)
  try {
    const { inputName, outputName, features } = signatureOf(session, modelPath)
    const width = rows[0]?.length ?? 0
    if (features !== null && features !== width) {
      throw inputProblem(
        `the model expects ${features} features in a row, and was given ${width}: leave out or add columns`,
      )
    }
    const startedAt = performance.now()
    const input = new NewTensor('float32', data, [rows.length, width])
    const predictions = await predict(session, { inputName, outputName, input })
    const seconds = (performance.now() - startedAt) / 1000
    return { predictions, accuracy: labels === undefined ? null : accuracyOf(predictions, labels), inputName, seconds }
  } finally {
    await session.release()
  }
}

/** All values in row order as float32, which is what the model computes with. */
function flatten(rows: ScoreRequest['rows']): Float32Array {
  const width = rows[0]?.length ?? 0
  if (width === 0) throw inputProblem('there are no values to score: give at least one row with at least one value')
  const data = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    if (row.length !== width) {
      throw inputProblem(
        `the number of values in row ${i + 1} is ${row.length}, and in row 1 it is ${width}: give every row the same number`,
      )
    }
    for (const [column, value] of row.entries()) {
      if (!Number.isFinite(Math.fround(value))) {
        throw inputProblem(
          `row ${i + 1} holds ${value} in column ${column + 1}: give a finite number that fits into 32 bits`,
        )
      }
      data[i * width + column] = value
    }
  }
  return data
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (found === undefined)
    throw new Problem('input_missing', `there is no model file ${path}: export a model there first`)
  if (!found.isFile()) throw modelProblem(path, 'it is not a file')
}

async function openModel(session: typeof InferenceSession, path: string): Promise<InferenceSession> {
  try {
    return await session.create(path, { logSeverityLevel: QUIET })
  } catch (error) {
    throw new Problem('model_invalid', `${path} cannot be read as an ONNX model: export the model again`, {
      details: textOf(error),
      cause: error,
    })
  }
}

type Signature = { readonly inputName: string; readonly outputName: string; readonly features: number | null }

/** Names and width of what the model takes and gives; `features` is null where the model leaves it open. */
function signatureOf(session: InferenceSession, path: string): Signature {
  const [input, ...furtherInputs] = session.inputMetadata
  const [output] = session.outputMetadata
  if (
    input === undefined ||
    furtherInputs.length > 0 ||
    !input.isTensor ||
    input.type !== 'float32' ||
    input.shape.length !== 2
  ) {
    throw modelProblem(
      path,
      `its input is ${describe(session.inputMetadata)}, where one float32 table of [rows, features] is wanted`,
    )
  }
  if (output === undefined || !output.isTensor || output.type !== 'int64') {
    throw modelProblem(
      path,
      `its first output is ${describe(session.outputMetadata.slice(0, 1))}, where int64 classes are wanted`,
    )
  }
  const features = input.shape[1]
  return {
    inputName: input.name,
    outputName: output.name,
    features: typeof features === 'number' && features > 0 ? features : null,
  }
}

function describe(values: readonly InferenceSession.ValueMetadata[]): string {
  if (values.length === 0) return 'missing'
  return values
    .map((it) =>
      it.isTensor ? `"${it.name}" of ${it.type} [${it.shape.map((size) => size || '?').join(', ')}]` : `"${it.name}"`,
    )
    .join(' and ')
}

type Question = { readonly inputName: string; readonly outputName: string; readonly input: Tensor }

async function predict(session: InferenceSession, question: Question): Promise<number[]> {
  const { inputName, outputName, input } = question
  const answers = await session
    .run({ [inputName]: input }, [outputName], { logSeverityLevel: QUIET })
    .catch((cause: unknown) => {
      const given = `${input.dims[0]} rows of ${input.dims[1]} features`
      throw new Problem(
        'model_input_invalid',
        `the model fails on ${given}: give as many features as it was trained with, or export it again`,
        { details: textOf(cause), cause },
      )
    })
  const data = answers[outputName]?.data
  if (!(data instanceof BigInt64Array)) throw new Error(`the output ${outputName} is not what the model announced`)
  return Array.from(data, Number)
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function accuracyOf(predictions: readonly number[], labels: readonly number[]): number {
  return predictions.filter((prediction, i) => prediction === labels[i]).length / predictions.length
}

function inputProblem(message: string): Problem {
  return new Problem('model_input_invalid', message)
}

function modelProblem(path: string, reason: string): Problem {
  return new Problem('model_invalid', `${path} cannot be scored: ${reason}; export a classifier with skl2onnx`)
}
