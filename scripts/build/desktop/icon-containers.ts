/** A square picture as PNG; `size` is its edge in pixels. */
export type Picture = { readonly size: number; readonly png: Buffer }

/** Types of ICNS that hold PNG, by the edge of their picture in pixels; those of double resolution are types of their own. */
const ICNS_TYPES: readonly (readonly [type: string, size: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256]

/** Edges of the pictures that both containers need, in pixels. */
export const ICON_SIZES: readonly number[] = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

/** A Windows icon with pictures of up to 256 pixels. */
export function icoOf(pictures: readonly Picture[]): Buffer {
  const chosen = ICO_SIZES.map((size) => pictureOf(pictures, size))
  const head = Buffer.alloc(6 + 16 * chosen.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(chosen.length, 4)
  let offset = head.length
  for (const [index, { size, png }] of chosen.entries()) {
    const at = 6 + 16 * index
    // 0 stands for 256.
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(png.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([head, ...chosen.map(({ png }) => png)])
}

/** A macOS icon with pictures of up to 1024 pixels. */
export function icnsOf(pictures: readonly Picture[]): Buffer {
  const parts = ICNS_TYPES.map(([type, size]) => icnsPart(type, pictureOf(pictures, size).png))
  return icnsPart('icns', Buffer.concat(parts))
}

function icnsPart(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(8 + content.length, 4)
  return Buffer.concat([head, content])
}

function pictureOf(pictures: readonly Picture[], wanted: number): Picture {
  const found = pictures.find(({ size }) => size === wanted)
  if (found === undefined) throw new Error(`a picture of ${wanted} pixels is missing`)
  return found
}
