import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDrop, type DroppedFile } from './dropped.ts'

const file = (name: string, more: Partial<DroppedFile> = {}): DroppedFile => ({
  name,
  path: `/home/ada/${name}`,
  isFolder: false,
  ...more,
})

test.each([
  ['a folder', file('wine', { isFolder: true }), { kind: 'folder', path: '/home/ada/wine' }],
  [
    'a folder that is called like a file',
    file('a.yaml', { isFolder: true }),
    { kind: 'folder', path: '/home/ada/a.yaml' },
  ],
  ['a pipeline', file('wine.pipeline.yaml'), { kind: 'pipeline', file: '/home/ada/wine.pipeline.yaml' }],
  ['a pipeline by another name', file('PIPELINE.YML'), { kind: 'pipeline', file: '/home/ada/PIPELINE.YML' }],
])('%s is opened', (_, dropped, opened) => {
  expect(readDrop([dropped])).toEqual({ opened })
})

test.each([
  ['a text, a link or an image', [], /^Texts, links and images are not opened here: drop one folder/],
  ['several things', [file('a.yaml'), file('b.yaml')], /^2 things were dropped at once: drop one folder/],
  ['what is on no disk', [file('a.yaml', { path: '' })], /^a\.yaml is no file of this machine: /],
  ['another file', [file('cat.png')], /^cat\.png is neither a folder nor a pipeline/],
  ['a file without an ending', [file('yaml')], /^yaml is neither a folder nor a pipeline/],
])('%s is refused in words', (_, files, refusal) => {
  expect(readDrop(files)).toEqual({ refusal: expect.stringMatching(refusal) as unknown })
})

test('whatever is dropped, at most one thing is opened, by the path that it has', () => {
  const any = fc.record({ name: fc.string(), path: fc.string(), isFolder: fc.boolean() })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 4 }), (files) => {
      const dropped = readDrop(files)
      if ('opened' in dropped) {
        expect(files.map(({ path }) => path)).toEqual(Object.values(dropped.opened).slice(1))
      } else {
        expect(dropped.refusal).toMatch(/: drop one folder, .*\.$/s)
      }
    }),
  )
})
