import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemCode } from '#core/store/index.ts'
import { environmentsFolder, storageProblem } from './folders.ts'
import { platformSlug } from './image-tag.ts'

const facts = z.object({ env: z.record(z.string(), z.string()), platform: z.string(), sizeBytes: z.number() })

/** What never changes of an image that is named by its digest. */
export type ImageFacts = z.infer<typeof facts>

/** Facts of images in registries, kept so that neither registry nor engine is asked twice. */
export type KeptFacts = {
  /** `digest` is `sha256:…`, of an index that of the platform. */
  read(digest: string, platform: string): ImageFacts | undefined
  keep(digest: string, content: ImageFacts): void
}

export function openImageFacts(home: string): KeptFacts {
  const folder = join(environmentsFolder(home), 'registry')
  const pathOf = (digest: string, platform: string): string =>
    join(folder, `${digest.replace('sha256:', '')}-${platformSlug(platform)}.json`)
  return {
    read: (digest, platform) => readFacts(pathOf(digest, platform)),
    keep(digest, content) {
      const path = pathOf(digest, content.platform)
      const aside = `${path}.${process.pid}.partial`
      try {
        mkdirSync(folder, { recursive: true })
        writeFileSync(aside, `${JSON.stringify(content)}\n`)
        renameSync(aside, path)
      } catch (error) {
        throw storageProblem(error, folder)
      }
    },
  }
}

function readFacts(path: string): ImageFacts | undefined {
  try {
    return facts.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch (error) {
    // never written, or cut short by a power failure: then it is asked for again
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
