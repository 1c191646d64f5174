/** How the content of a file is looked at. */
export type ContentKind =
  | { readonly kind: 'text' | 'json' | 'hex' }
  | { readonly kind: 'table'; readonly delimiter: ',' | '\t' }
  | { readonly kind: 'image'; readonly type: string }

/** How many bytes of the beginning tell what a file is. */
export const SNIFF_BYTES = 4_096

const IMAGES: readonly { readonly type: string; readonly at: number; readonly bytes: readonly number[] }[] = [
  { type: 'image/png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: 'image/webp', at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
]

/** What a file is, by its first bytes where they tell, else by its name. Names without an ending tell nothing. */
export function contentKind(name: string, start: Uint8Array): ContentKind {
  const image = IMAGES.find(({ at, bytes }) => bytes.every((byte, index) => start[at + index] === byte))
  if (image !== undefined) return { kind: 'image', type: image.type }
  const text = textOf(start)
  if (text === undefined) return { kind: 'hex' }
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase()
  if (/^(?:<\?xml[^>]*>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]/.test(text))
    return { kind: 'image', type: 'image/svg+xml' }
  if (ending === 'csv') return { kind: 'table', delimiter: ',' }
  if (ending === 'tsv') return { kind: 'table', delimiter: '\t' }
  if (ending === 'json') return { kind: 'json' }
  if (ending === undefined && /^\s*[[{]/.test(text)) return { kind: 'json' }
  if (ending === undefined) return tableKind(text) ?? { kind: 'text' }
  return { kind: 'text' }
}

/** Undefined where it is no UTF-8 text; a character that the end cuts is none against it. */
function textOf(start: Uint8Array): string | undefined {
  if (start.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true })
  } catch {
    return undefined
  }
}

/** Outputs have no ending: several lines with the same number of commas or tabs are a table. */
function tableKind(text: string): ContentKind | undefined {
  const lines = text.split('\n').slice(0, 20)
  // The last may be cut.
  const whole = lines.slice(0, -1).filter((line) => line.trim() !== '')
  if (whole.length < 2) return undefined
  for (const delimiter of ['\t', ','] as const) {
    const counts = whole.map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(delimiter).length)
    if (counts.every((count) => count === counts[0] && count > 1)) return { kind: 'table', delimiter }
  }
  return undefined
}
