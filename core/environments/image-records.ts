import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemCode } from '#core/store/index.ts'
import { environmentsFolder, storageProblem } from './folders.ts'
import { platformSlug } from './image-tag.ts'

const record = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  platform: z.string(),
  /** Id of the image. */
  id: z.string(),
  /** What the person knows it by. */
  name: z.string(),
  /** References that were made for it, so that they may be removed. */
  owned: z.array(z.string()),
  pythonMinor: z.string().nullable(),
  packages: z.array(z.string()),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  users: z.array(z.string()),
})

/** What this data folder knows of an environment's image; the engine knows whether it is there. */
export type ImageRecord = z.infer<typeof record>

function folderOf(home: string): string {
  return join(environmentsFolder(home), 'images')
}

/** Every record that is whole. */
export function readImageRecords(home: string): ImageRecord[] {
  return namesIn(folderOf(home))
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .flatMap((name) => readRecord(join(folderOf(home), name)) ?? [])
}

export function readImageRecord(home: string, digest: string, platform: string): ImageRecord | undefined {
  return readRecord(pathOf(home, { digest, platform }))
}

/** Writes a record whole or not at all. Throws Problem `disk_full` or `home_unwritable`. */
export function writeImageRecord(home: string, content: ImageRecord): void {
  const path = pathOf(home, content)
  const aside = `${path}.${process.pid}.partial`
  try {
    mkdirSync(folderOf(home), { recursive: true })
    writeFileSync(aside, `${JSON.stringify(content, null, 2)}\n`)
    renameSync(aside, path)
  } catch (error) {
    throw storageProblem(error, folderOf(home))
  }
}

export function removeImageRecord(home: string, content: ImageRecord): void {
  rmSync(pathOf(home, content), { force: true })
}

function pathOf(home: string, { digest, platform }: Pick<ImageRecord, 'digest' | 'platform'>): string {
  return join(folderOf(home), `${digest}-${platformSlug(platform)}.json`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

function readRecord(path: string): ImageRecord | undefined {
  try {
    return record.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch (error) {
    // never written, or cut short by a power failure: either way there is no record
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
