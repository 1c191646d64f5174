import { describe, expect, test } from 'vitest'
import { archiveAddress, modelFileAddress } from './addresses.ts'
import { choose, inOrder } from './chosen.ts'
import { loadLines, pipLine } from './load-lines.ts'

describe('two versions', () => {
  test('are chosen one by one; a third takes the place of the first, one that is chosen goes', () => {
    const one = choose({}, '2')
    expect(one).toEqual({ left: '2', right: undefined })
    expect(inOrder(one)).toBeUndefined()
    const two = choose(one, '10')
    expect(choose(two, '3')).toEqual({ left: '10', right: '3' })
    expect(choose(two, '2')).toEqual({ left: '10', right: undefined })
  })
  test('are compared from the older to the newer, by number', () => {
    expect(inOrder({ left: '10', right: '9' })).toEqual({ left: '9', right: '10' })
  })
})

describe('a version', () => {
  const version = { model: "wine o'clock", version: 3, aliases: [], flavors: { sklearn: {}, python_function: {} } }
  test('is loaded by its alias where it has one, and by its own flavor', () => {
    expect(loadLines({ ...version, aliases: ['champion'] }).map(({ text }) => text)).toEqual([
      'import mlflow\n\nmodel = mlflow.pyfunc.load_model("models:/wine o\'clock@champion")',
      'import mlflow\n\nmodel = mlflow.sklearn.load_model("models:/wine o\'clock@champion")',
      String.raw`minisub models download 'wine o'\''clock' @champion`,
    ])
    expect(loadLines({ ...version, flavors: {} }).map(({ text }) => text)).toEqual([
      'import mlflow\n\nmodel = mlflow.pyfunc.load_model("models:/wine o\'clock/3")',
      String.raw`minisub models download 'wine o'\''clock' 3`,
    ])
  })
  test('is saved from addresses that no name leads elsewhere', () => {
    const place = { model: 'a?b#c&d', version: '3' }
    const address = new URL(modelFileAddress(place, 'x/&y=1.txt'), 'http://localhost')
    expect(decodeURIComponent(address.pathname)).toMatch(/models\/a\?b#c&d\/versions\/3\/file$/)
    expect(address.searchParams.get('path')).toBe('x/&y=1.txt')
    expect(archiveAddress(place)).toMatch(/\/archive$/)
  })
})

test('requirements are one line that a shell reads as they are', () => {
  expect(pipLine(['scikit-learn==1.7.2', 'numpy<3', 'x; python_version > "3.9"'])).toBe(
    `pip install scikit-learn==1.7.2 'numpy<3' 'x; python_version > "3.9"'`,
  )
})
