import type { Blobs } from '#core/store/index.ts'

/** The longest file that is shown as a text, in bytes. */
const MOST_BYTES = 1024 * 1024

/** A file as a text, or why it is none. */
export type SmallText =
  | { readonly text: string; readonly reason: null }
  | { readonly text: null; readonly reason: 'absent' | 'binary' | 'large' }

/**
 * Reads a file of the blob store as UTF-8: none that has more than 1 MiB, a NUL, or what is no UTF-8. Throws Problem
 * `artifact_missing` where its bytes are gone.
 */
export async function readSmallText(
  blobs: Pick<Blobs, 'read' | 'sourceOf'>,
  file: { readonly sha256: string; readonly size: number } | undefined,
): Promise<SmallText> {
  if (file === undefined) return { text: null, reason: 'absent' }
  if (file.size > MOST_BYTES) return { text: null, reason: 'large' }
  blobs.sourceOf(file.sha256)
  const chunks: Uint8Array[] = []
  for await (const chunk of blobs.read(file.sha256)) {
    if (!(chunk instanceof Uint8Array)) throw new Error('not bytes')
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const text = bytes.includes(0) ? undefined : decode(bytes)
  return text === undefined ? { text: null, reason: 'binary' } : { text, reason: null }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
