import type { FileEntry } from '#core/contract/outputs.ts'

/** A symbolic link of the code; `target` is relative to the link's folder and stays inside the code. */
export type CodeLink = { readonly path: string; readonly target: string }

/** The code of a run: its listing; the bytes are in the blob store. Sorted by code units of the path. */
export type CodeSnapshot = {
  readonly digest: string
  readonly files: readonly FileEntry[]
  readonly links: readonly CodeLink[]
  /** Bytes of all files together. */
  readonly size: number
}
