import type { ContentDifference } from '#core/contract/parity.ts'
import { bytesDifference } from './bytes.ts'
import type { Content, Pair } from './content.ts'
import { cellsOf, csvDifference } from './csv.ts'
import { jsonDifference } from './json.ts'
import { onnxDifference } from './onnx.ts'
import { PNG_SIGNATURE, pngDifference } from './png.ts'
import { textDifference } from './text.ts'

/** So much of a content tells what it is. */
const HEAD = 8 * 1024
const DELIMITERS = [',', '\t', ';'] as const

/**
 * Where two contents differ first, told in terms of what they are: by their names where these say it, else by their
 * beginnings. Undefined where they are equal. Reads pieces, and memory stays bounded. Throws the signal's reason.
 */
export async function firstDifference(
  pair: Pair,
  name: string,
  signal?: AbortSignal,
): Promise<ContentDifference | undefined> {
  const [a, b] = await Promise.all([headOf(pair.a), headOf(pair.b)])
  const both = (test: (head: Buffer) => boolean): boolean => test(a) && test(b)
  if (both(isPng)) return (await pngDifference(pair, signal)) ?? bytesDifference(pair, signal)
  if (!both(isText)) return (await onnxDifference(pair, signal)) ?? bytesDifference(pair, signal)
  const delimiter = delimiterOf(name, a, b)
  const inTerms =
    delimiter !== undefined
      ? await csvDifference(pair, delimiter, signal)
      : both(looksLikeJson)
        ? await jsonDifference(pair)
        : undefined
  return inTerms ?? textDifference(pair, signal)
}

function headOf(content: Content): Promise<Buffer> {
  return content.read(0, HEAD)
}

function isPng(head: Buffer): boolean {
  return head.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)
}

/** Without a NUL and valid UTF-8, as far as it goes. */
function isText(head: Buffer): boolean {
  if (head.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length === HEAD })
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

function looksLikeJson(head: Buffer): boolean {
  return /^\s*[[{"\d-]/.test(head.toString('utf8', 0, 256))
}

/** What separates the cells of two tables; undefined where they are none. */
function delimiterOf(name: string, a: Buffer, b: Buffer): string | undefined {
  if (/\.tsv$/i.test(name)) return '\t'
  const found = DELIMITERS.find((it) => isTable(a, it) && isTable(b, it))
  if (/\.csv$/i.test(name)) return found ?? ','
  return /\.\w+$/.test(name) ? undefined : found
}

/** Whether the first two lines have the same number of cells, two at least, and the first could be names. */
function isTable(head: Buffer, delimiter: string): boolean {
  const end = head.indexOf('\n')
  if (end === -1 || /^\s*[[{]/.test(head.toString('utf8', 0, 64))) return false
  const [first, second] = [cellsOf(head, delimiter), cellsOf(head.subarray(end + 1), delimiter)]
  return first.length > 1 && first.length === second.length && first.every((cell) => cell === cell.trim())
}
