import { expect, test } from 'vitest'
import { walk } from './all-files.ts'
import { fileAddress } from './file-address.ts'

const file = (path: string) => ({ path, isFolder: false, size: 1 })
const folder = (path: string) => ({ path, isFolder: true, size: null })

test('files are found in all folders, but for the images of log_image', async () => {
  const tree: Record<string, ReturnType<typeof file>[] | ReturnType<typeof folder>[]> = {
    '': [folder('plots'), file('a.csv'), folder('images')] as ReturnType<typeof file>[],
    plots: [file('plots/b.png')],
    images: [file('images/c.png')],
  }
  const { files, isWhole } = await walk(async (path) => tree[path] ?? [])
  expect(files.map(({ path }) => path)).toEqual(['a.csv', 'plots/b.png'])
  expect(isWhole).toBe(true)
})

test('of endless folders only some are asked for, and that is said', async () => {
  let asked = 0
  const { isWhole } = await walk(async (path) => {
    asked += 1
    return [folder(`${path}/x`), folder(`${path}/y`)]
  })
  expect(isWhole).toBe(false)
  expect(asked).toBeLessThanOrEqual(60)
})

test('a file has an address of its own, whatever its name', () => {
  const address = new URL(fileAddress('a'.repeat(32), 'images/x%step%1&path=b#.png'), 'http://localhost')
  expect(address.searchParams.getAll('path')).toEqual(['images/x%step%1&path=b#.png'])
})
