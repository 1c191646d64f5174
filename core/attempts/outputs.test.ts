import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOfJson } from '#core/files/index.ts'
import { digestOfListing } from './outputs.ts'

const entry = fc.record({
  path: fc.string({ unit: 'grapheme' }),
  size: fc.nat(),
  executable: fc.boolean(),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
})

test('a listing is identified by its canonical JSON', () => {
  fc.assert(
    fc.property(fc.array(entry), fc.array(fc.string({ unit: 'grapheme' })), (files, emptyFolders) => {
      expect(digestOfListing(files, emptyFolders)).toBe(digestOfJson({ files, emptyFolders }))
    }),
  )
})
