import type { Json } from '../base/json.ts'

/** One file of a folder output or of a code snapshot; `path` has forward slashes and never leaves its folder. */
export type FileEntry = {
  readonly path: string
  readonly size: number
  /** Mode x for the owner. */
  readonly executable: boolean
  readonly sha256: string
}

/**
 * What an attempt produced under one declared output. Readers see exactly what is listed, so empty folders and modes
 * survive and leftovers do not show. `sha256` identifies the content: of a value its canonical JSON, of a file its
 * bytes, of a folder the canonical JSON of its listing.
 */
export type OutputRecord =
  | { readonly kind: 'value'; readonly value: Json; readonly sha256: string }
  | { readonly kind: 'file'; readonly size: number; readonly executable: boolean; readonly sha256: string }
  | {
      readonly kind: 'folder'
      readonly size: number
      readonly files: readonly FileEntry[]
      /** Folders that hold nothing, which files alone would not bring back. */
      readonly emptyFolders: readonly string[]
      readonly sha256: string
    }

export type OutputRecords = { readonly [name: string]: OutputRecord }
