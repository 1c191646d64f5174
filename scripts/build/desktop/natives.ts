import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { InstalledPackage } from './packages.ts'

const FILE = 'natives.json'
/** What the system's loader would run. */
const NATIVE = /\.(node|dll|dylib|exe|so(\.\d+)*)$/

/** By package, version and file, the SHA-256 of each native module that the app may hold, of packages as package-lock.json has them. */
export const NATIVE_HASHES = z
  .record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, FILE), 'utf8')))

/**
 * Looks at a file that goes into the app. No hash of the archive covers native modules, which lie outside of it. Throws an
 * Error of one sentence for one that has no hash here, or another one.
 */
export function checkNative({ folder, manifest }: InstalledPackage, file: string): void {
  if (!NATIVE.test(file)) return
  const name = `${manifest.name}@${manifest.version}/${file}`
  const found = createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex')
  const wanted = NATIVE_HASHES[name]
  if (wanted === undefined)
    throw new Error(`${name} has no hash: take it from a package that npm checked, here ${found}, into ${FILE}`)
  if (found !== wanted)
    throw new Error(`${name} is not the file whose hash is in ${FILE}: find out what changed it, then run npm ci`)
}
