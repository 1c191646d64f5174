import type { Header } from 'tar-stream'

/** One file or folder of an archive that an engine made of a folder, with its bytes. */
export type Entry = AsyncIterable<unknown> & { readonly header: Header; resume(): unknown }

export async function* bytesOf(entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const piece of entry) {
    if (!(piece instanceof Uint8Array)) throw new Error('the archive holds no bytes')
    yield piece
  }
}

/** Path below the folder, whose own name every entry begins with. */
export function pathOf({ header }: Entry): string {
  return header.name.slice(header.name.indexOf('/') + 1)
}
