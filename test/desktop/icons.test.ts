import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { icnsOf, icoOf, ICON_SIZES, type Picture } from '../../scripts/build/desktop/icon-containers.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'resources', 'desktop')
const read = (name: string): Buffer => readFileSync(join(FOLDER, name))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Width and height that a PNG says; throws for what is none. */
function sizeOfPng(png: Buffer): [number, number] {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

/** The pictures of an ICO as its directory has them. */
function readIco(ico: Buffer): { edge: number; png: Buffer }[] {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1])
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index
    const [length, offset] = [ico.readUInt32LE(at + 8), ico.readUInt32LE(at + 12)]
    return { edge: ico.readUInt8(at) || 256, png: ico.subarray(offset, offset + length) }
  })
}

function readIcns(icns: Buffer): { type: string; png: Buffer }[] {
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length])
  const parts: { type: string; png: Buffer }[] = []
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    parts.push({
      type: icns.toString('latin1', at, at + 4),
      png: icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)),
    })
  }
  return parts
}

const pictures: Picture[] = ICON_SIZES.map((size) => ({ size, png: read(`icons/${size}x${size}.png`) }))

test('what is committed was drawn from the SVGs that are committed', () => {
  const {
    sources,
    files,
  }: Record<'sources' | 'files', Record<string, string>> = JSON.parse(read('icons.json').toString())
  expect(Object.fromEntries(Object.keys(sources).map((name) => [name, sha256(read(name))]))).toEqual(sources)
  expect(Object.fromEntries(Object.keys(files).map((name) => [name, sha256(read(name))]))).toEqual(files)
  const there = globSync('**/*.{png,ico,icns}', { cwd: FOLDER }).toSorted()
  expect(Object.keys(files).toSorted(), 'run node scripts/build/icons.ts').toEqual(there)
})

test('each picture is as large as its name says', () => {
  for (const { size, png } of pictures) expect(sizeOfPng(png)).toEqual([size, size])
  expect(sizeOfPng(read('trayTemplate.png'))).toEqual([18, 18])
  expect(sizeOfPng(read('trayTemplate@2x.png'))).toEqual([36, 36])
})

test('the Windows icon holds the pictures of up to 256 pixels', () => {
  const parts = readIco(read('icon.ico'))
  expect(parts.map(({ edge }) => edge)).toEqual([16, 24, 32, 48, 64, 128, 256])
  for (const { edge, png } of parts) expect(sizeOfPng(png)).toEqual([edge, edge])
  expect(icoOf(pictures)).toEqual(read('icon.ico'))
})

test('the macOS icon holds each type with the pixels that it stands for', () => {
  const edges = readIcns(read('icon.icns')).map(({ type, png }) => [type, sizeOfPng(png)[0]])
  expect(Object.fromEntries(edges)).toEqual({
    icp4: 16,
    icp5: 32,
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic10: 1024,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
  })
  expect(icnsOf(pictures)).toEqual(read('icon.icns'))
})

test('a container is not made where a picture is missing', () => {
  expect(() => icoOf(pictures.slice(1))).toThrow('a picture of 16 pixels is missing')
})
