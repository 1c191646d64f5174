import type { Grammar } from './grammar.ts'
import { pieceAt, piecesOf, withoutComments, type Piece } from './tokenize.ts'

/** One file, or one text of the document, made ready to be searched. */
export type Source = {
  readonly grammar: Grammar
  /** Without comments; offsets are those of the text. */
  readonly text: string
  readonly pieces: readonly Piece[]
}

/** Something that was found. */
export type Hit = { readonly offset: number; readonly text: string }

/** Reads a text for a search. */
export function sourceOf(text: string, grammar: Grammar): Source {
  const pieces = piecesOf(text, grammar)
  return { grammar, text: withoutComments(text, pieces), pieces }
}

/** Whether a value may stand at an offset: within a string, or where words are values, anywhere. */
export function isValueAt({ grammar, pieces }: Source, offset: number): boolean {
  return !grammar.inStrings || pieceAt(pieces, offset)?.kind === 'string'
}

/** Whether code, which is run, stands at an offset. */
export function isCodeAt({ pieces }: Source, offset: number): boolean {
  return pieceAt(pieces, offset) === undefined
}

/** Of a longer line no more is looked at, to either side. */
const FAR = 300

/** The line that an offset is in, of a long one what is near. */
export function lineAround(source: Source, offset: number): string {
  const after = source.text.slice(offset, offset + FAR)
  return lineBefore(source, offset) + (after.split('\n', 1)[0] ?? '')
}

/** What stands before an offset in its line, of a long one what is near. */
export function lineBefore({ text }: Source, offset: number): string {
  const before = text.slice(Math.max(0, offset - FAR), offset)
  return before.slice(before.lastIndexOf('\n') + 1)
}

/** The number of the line that an offset is in, from 1. */
export function lineNumber({ text }: Source, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
