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

/** The line that an offset is in. */
export function lineAround({ text }: Source, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? text.length : end)
}

/** The number of the line that an offset is in, from 1. */
export function lineNumber({ text }: Source, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
