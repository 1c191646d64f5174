import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readManifest } from './manifest.ts'
import { checkNative } from './natives.ts'
import { filesOfPackage } from './package-files.ts'
import { packagesNeeded } from './packages.ts'
import { systemName, type System } from './systems.ts'

/** Native modules without which the core does not start, or has no keychain; npm installs those of its own system. */
const NATIVES: readonly ((system: System) => string)[] = [
  (system) => `node_modules/better-sqlite3/prebuilds/${systemName(system)}.node`,
  (system) => `node_modules/@napi-rs/keyring-${keyringName(system)}/keyring.${keyringName(system)}.node`,
]

function keyringName({ platform, arch }: System): string {
  const names = { linux: `linux-${arch}-gnu`, darwin: `darwin-${arch}`, win32: `win32-${arch}-msvc` }
  return names[platform]
}

/**
 * Puts all that the app holds on a system into an empty folder: the tree, and what its dependencies need where they run.
 * Throws an Error of one sentence where a native module is not installed for that system, or is not the one that is known.
 */
export function stageApp(root: string, tree: string, { system, out }: { system: System; out: string }): void {
  const missing = NATIVES.map((path) => path(system)).filter((path) => !existsSync(join(root, path)))
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} is not installed: run npm ci and this on ${systemName(system)}`)
  cpSync(tree, out, { recursive: true })
  const names = Object.keys(readManifest(tree).dependencies)
  for (const installed of packagesNeeded(root, names, system)) {
    for (const file of filesOfPackage(installed, system)) {
      checkNative(installed, file)
      copy(join(installed.folder, file), join(out, installed.path, file))
    }
  }
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}
