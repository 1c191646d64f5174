import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest, type Manifest } from './manifest.ts'
import type { Machine } from './systems.ts'

/** A package as it is installed: `path` is its folder below the root, such as `node_modules/a/node_modules/b`. */
export type InstalledPackage = { readonly path: string; readonly folder: string; readonly manifest: Manifest }

/**
 * All packages that these need on a system, by path: their dependencies and theirs, where Node would find them; optional
 * ones where they are installed and for that system. Throws an Error of one sentence for one that is missing.
 */
export function packagesNeeded(root: string, names: readonly string[], system: Machine): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const waiting = names.map((name) => ({ name, from: '', isOptional: false }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, from, isOptional } = next
    const path = placeOf(root, name, from)
    if (path === undefined && isOptional) continue
    if (path === undefined) throw new Error(`${from || 'the app'} needs ${name}, which is not installed: run npm ci`)
    if (found.has(path)) continue
    const manifest = readManifest(join(root, path))
    if (!isFor(manifest, system)) continue
    found.set(path, { path, folder: join(root, path), manifest })
    waiting.push(...needsOf(manifest).map((need) => ({ ...need, from: path })))
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function needsOf(manifest: Manifest): { name: string; isOptional: boolean }[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest
  const isOptional = (name: string): boolean =>
    optionalDependencies[name] !== undefined || peerDependenciesMeta[name]?.optional === true
  const names = new Set([dependencies, optionalDependencies, peerDependencies].flatMap((it) => Object.keys(it)))
  return [...names].map((name) => ({ name, isOptional: isOptional(name) }))
}

/** Where Node finds a package from another: beside it, or beside one that holds that. */
function placeOf(root: string, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (existsSync(join(root, path, 'package.json'))) return path
    if (folder === '') return undefined
  }
}

/** Whether its manifest lets npm install it there; Electron runs on glibc alone. */
function isFor({ os, cpu, libc }: Manifest, { platform, arch }: Machine): boolean {
  return allows(os, platform) && allows(cpu, arch) && (platform !== 'linux' || allows(libc, 'glibc'))
}

/** Lists are of what is allowed, or, with a `!`, of what is not. */
function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.includes(value)) return true
  return list.every((it) => it.startsWith('!')) && !list.includes(`!${value}`)
}
