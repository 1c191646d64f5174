import { mkdirSync, symlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { writeError, type Blobs } from '#core/store/index.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import { foldersOf, pathInside } from '#core/files/index.ts'

/** So many files are written before other work gets its turn. */
const AT_ONCE = 64

/** Writes a copy of the code that the attempt may change: files 0644 or 0755, and its links. Throws Problem `disk_full`. */
export async function placeCode(
  snapshot: Pick<CodeSnapshot, 'files' | 'links'>,
  target: string,
  blobs: Blobs,
): Promise<void> {
  const { files, links } = snapshot
  try {
    mkdirSync(target, { recursive: true })
    for (const folder of foldersOf([...files, ...links].map((entry) => entry.path))) {
      mkdirSync(pathInside(target, folder), { recursive: true })
    }
    for (const [index, file] of files.entries()) {
      await blobs.copyTo(file.sha256, pathInside(target, file.path), file.executable ? 0o755 : 0o644)
      if (index % AT_ONCE === AT_ONCE - 1) await turn()
    }
    for (const link of links) symlinkSync(link.target, pathInside(target, link.path))
  } catch (error) {
    throw writeError(error, target)
  }
}
