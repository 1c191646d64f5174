import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OUTPUTS_FILE, recordOutputs, type RunnerSpec } from '#core/attempts/index.ts'
import { hashFile, removeTree, writeError } from '#core/files/index.ts'
import { removeUnlessDenied } from './remove-unless-denied.ts'

/**
 * Checks the declared outputs of a command that ended with 0, deletes what is not declared, and writes the records beside
 * them. Throws a Problem as `recordOutputs` does, or `disk_full`.
 */
export async function leaveOutputs({ folder, declared }: NonNullable<RunnerSpec['outputs']>): Promise<void> {
  const records = await recordOutputs({ folder, declared, take: hashFile })
  try {
    await prune(folder, new Set(Object.keys(declared)))
    // the name is free now, and no link leads elsewhere
    writeFileSync(join(folder, OUTPUTS_FILE), JSON.stringify(records), { flag: 'wx' })
  } catch (error) {
    throw writeError(error, folder)
  }
}

/** Leaves a folder with what is declared: it is copied out as a whole, and only what the records list is kept there. */
async function prune(folder: string, declared: ReadonlySet<string>): Promise<void> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    await removeTree(folder)
    mkdirSync(folder, { recursive: true })
  }
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    if (!declared.has(name.toString())) await removeUnlessDenied(Buffer.concat([Buffer.from(`${folder}/`), name]))
  }
}
