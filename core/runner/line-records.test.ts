import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutLine, hideSecrets } from '#core/attempts/index.ts'
import { openLineRecords } from './line-records.ts'

const SECRET = 'hunter22'

/** The records of bytes that come at one go, made in the simplest way. */
function expected(bytes: Buffer, hides: boolean): string {
  const hide = hideSecrets(hides ? [SECRET] : [])
  let text = ''
  for (let start = 0; start < bytes.length;) {
    const line = cutLine(bytes, start, true)
    if (line === undefined) break
    text += `o7 ${hide(bytes.toString('utf8', start, line.end))}\n`
    start = line.next
  }
  return text
}

/** The records of the same bytes in pieces that end at these places. */
function inPieces(bytes: Buffer, cuts: readonly number[], hides: boolean): string {
  const lines = openLineRecords({ kind: 'o', hide: hides ? hideSecrets([SECRET]) : undefined, now: () => 7 })
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let text = ''
  let start = 0
  for (const end of ends) {
    text += Buffer.from(lines.take(bytes.subarray(start, end))).toString()
    start = end
  }
  return text + Buffer.from(lines.end()).toString()
}

/** The same with the pieces of long lines put together. */
function whole(records: string): string {
  let [text, begun] = ['', '']
  for (const record of records.split('\n').slice(0, -1)) {
    begun += record.slice(3)
    if (record.startsWith('O')) continue
    text += `o7 ${begun}\n`
    begun = ''
  }
  return text
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text)),
  fc.constantFrom('\n', '\r\n', `a ${SECRET} b`, '\0', '\uFFFD', 'é💡').map((text) => Buffer.from(text)),
  fc.integer({ min: 65_530, max: 65_540 }).map((length) => Buffer.alloc(length, 'é')),
)
const content = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces))

test('whatever comes, in whatever pieces, gives the records of the whole', () => {
  fc.assert(
    fc.property(content, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (bytes, cuts, hides) => {
      const records = inPieces(bytes, cuts, hides)
      expect(whole(records) === expected(bytes, hides)).toBe(true)
      // Docker's log cuts longer ones, wherever that is
      expect(records.split('\n').every((record) => Buffer.byteLength(record) < 16_384)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('nothing gives no record', () => {
  expect(inPieces(Buffer.alloc(0), [0, 0], false)).toBe('')
})
