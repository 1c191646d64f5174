import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesIn, foldersOf, nameOf } from './entries.ts'

const FILES = [
  { path: 'model.pkl', size: 5 },
  { path: 'data/b/two.csv', size: 2 },
  { path: 'data/one.csv', size: 1 },
  { path: 'database', size: 9 },
]

test('a flat list of files is a tree: folders first, with the bytes in them', () => {
  expect(entriesIn(FILES, '')).toEqual([
    { path: 'data', isFolder: true, size: 3 },
    { path: 'database', isFolder: false, size: 9 },
    { path: 'model.pkl', isFolder: false, size: 5 },
  ])
  expect(entriesIn(FILES, 'data').map(({ path }) => path)).toEqual(['data/b', 'data/one.csv'])
  expect(entriesIn(FILES, 'nowhere')).toEqual([])
})

test('every file is reached through the folders that it lies in', () => {
  const name = fc.stringMatching(/^[a-c]{1,2}$/)
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `${names.join('/')}.txt`)
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
      const files = paths.map((it) => ({ path: it, size: 1 }))
      for (const it of paths) {
        for (const [index, folder] of ['', ...foldersOf(it)].entries()) {
          const wanted = foldersOf(it)[index] ?? it
          expect(entriesIn(files, folder).map((entry) => entry.path)).toContain(wanted)
        }
        expect(nameOf(it)).toBe(it.split('/').at(-1))
      }
    }),
  )
})
