import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Names = z.record(z.string(), z.string())
const LicenceEntry = z.union([z.string(), z.looseObject({ type: z.string() })])

/** What is read of a package.json. */
const Manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string().optional(),
  author: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
  license: LicenceEntry.optional(),
  licenses: z.array(LicenceEntry).optional(),
  dependencies: Names.default({}),
  optionalDependencies: Names.default({}),
  peerDependencies: Names.default({}),
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().optional() })).default({}),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
})
export type Manifest = z.infer<typeof Manifest>

/** The package.json of a folder. Throws where there is none or it is none. */
export function readManifest(folder: string): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
}
