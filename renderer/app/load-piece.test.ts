import { expect, test } from 'vitest'
import { loadPiece } from './load-piece.ts'

const failing = (times: number) => {
  let asked = 0
  const load = (): Promise<string> => {
    asked += 1
    return asked <= times ? Promise.reject(new TypeError(`fault ${asked}`)) : Promise.resolve('piece')
  }
  return { load, asked: () => asked }
}

test('a piece that comes is asked for once', async () => {
  const { load, asked } = failing(0)
  expect(await loadPiece(load, [1, 1])).toBe('piece')
  expect(asked()).toBe(1)
})

test('a piece that was broken off is asked for again', async () => {
  const { load, asked } = failing(2)
  expect(await loadPiece(load, [1, 1])).toBe('piece')
  expect(asked()).toBe(3)
})

test('a piece that never comes is told by its first fault', async () => {
  await expect(loadPiece(failing(9).load, [1, 1])).rejects.toThrow('fault 1')
})
