import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scoreOnnx } from './score.ts'

const models = join(import.meta.dirname, '../../test/fixtures/models')
/** Class 7 where x is above 0, else 5 where y is above 0, else 3. */
const modelPath = join(models, 'tiny-classifier.onnx')
const rows = [
  [1.5, -1],
  [-1.5, 1],
  [-1.5, -1],
  [2, 2],
]

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minisub-score-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function failureOf(request: Parameters<typeof scoreOnnx>[0]): Promise<unknown> {
  return scoreOnnx(request).then(
    () => 'no failure',
    (error: unknown) => error,
  )
}

describe('scoring with an ONNX classifier', () => {
  test('gives the class of each row in order, as plain numbers', async () => {
    const score = await scoreOnnx({ modelPath, rows })
    expect(score).toMatchObject({ predictions: [7, 5, 3, 7], accuracy: null, inputName: 'X' })
    expect(score.seconds).toBeGreaterThan(0)
  })

  test('compares with the labels where they are known', async () => {
    expect((await scoreOnnx({ modelPath, rows, labels: [7, 5, 3, 7] })).accuracy).toBe(1)
    expect((await scoreOnnx({ modelPath, rows, labels: [7, 5, 5, 5] })).accuracy).toBe(0.5)
  })

  test('answers for ten thousand rows at once', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => rows[i % 4] ?? [])
    const { predictions } = await scoreOnnx({ modelPath, rows: many })
    expect(predictions).toHaveLength(10_000)
    expect(predictions.slice(-4)).toEqual([7, 5, 3, 7])
  })
})

describe('rows that do not fit', () => {
  test.each([
    ['too many features', [[1, 2, 3]], 'expects 2 features in a row, and was given 3'],
    ['too few features', [[1], [2]], 'expects 2 features in a row, and was given 1'],
    ['ragged rows', [[1, 2], [1]], 'values in row 2 is 1, and in row 1 it is 2'],
    [
      'not a number',
      [
        [1, 2],
        [1, Number.NaN],
      ],
      'row 2 holds NaN in column 2',
    ],
    ['infinity', [[-Infinity, 1]], 'row 1 holds -Infinity in column 1'],
    ['beyond 32 bits', [[1e300, 1]], 'row 1 holds 1e+300 in column 1'],
    ['no rows', [], 'no values to score'],
    ['empty rows', [[], []], 'no values to score'],
  ])('%s', async (_name, bad, part) => {
    expect(await failureOf({ modelPath, rows: bad })).toMatchObject({
      code: 'model_input_invalid',
      message: expect.stringContaining(part),
    })
  })

  test('another number of labels than rows', async () => {
    expect(await failureOf({ modelPath, rows, labels: [7] })).toMatchObject({
      code: 'model_input_invalid',
      message: 'the number of labels is 1, and of rows 4: give one label for each row',
    })
  })
})

describe('a model that leaves its number of features open', () => {
  const open = join(models, 'tiny-open-width.onnx')

  test('answers where the number is right', async () => {
    expect(
      (
        await scoreOnnx({
          modelPath: open,
          rows: [
            [2, 0],
            [-2, -2],
          ],
        })
      ).predictions,
    ).toEqual([7, 3])
  })

  test('fails in words where it is not', async () => {
    expect(await failureOf({ modelPath: open, rows: [[1, 2, 3]] })).toMatchObject({
      code: 'model_input_invalid',
      message: expect.stringContaining('the model fails on 1 rows of 3 features'),
    })
  })
})

describe('models that cannot be used', () => {
  test.each([
    ['a text', 'hello'],
    ['an empty file', ''],
  ])('%s', async (_name, content) => {
    const path = join(folder, 'model')
    await writeFile(path, content)
    expect(await failureOf({ modelPath: path, rows })).toMatchObject({
      code: 'model_invalid',
      message: `${path} cannot be read as an ONNX model: export the model again`,
      details: expect.stringContaining('failed'),
    })
  })

  test('a missing file', async () => {
    expect(await failureOf({ modelPath: join(folder, 'none'), rows })).toMatchObject({ code: 'input_missing' })
  })

  test('a folder', async () => {
    expect(await failureOf({ modelPath: folder, rows })).toMatchObject({ code: 'model_invalid' })
  })

  test('a model that gives no classes: the message says what it gives', async () => {
    expect(await failureOf({ modelPath: join(models, 'tiny-regressor.onnx'), rows })).toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('"variable" of float32 [?, 1], where int64 classes are wanted'),
    })
  })
})
