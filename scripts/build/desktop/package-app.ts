import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Arch, build, Platform } from 'electron-builder'
import { stageApp } from './app-stage.ts'
import { builderConfig } from './builder-config.ts'
import { freshFolder } from './fresh-folder.ts'
import { readManifest } from './manifest.ts'
import type { System } from './systems.ts'

/** `isUnpacked`: a folder with the app as it would be installed, and no installer. */
export type PackageWish = {
  readonly system: System
  readonly electron: string
  readonly out: string
  readonly isUnpacked: boolean
  readonly releasesUrl: string | undefined
}

/**
 * Packages a tree as an app of a system, by electron-builder, and returns the paths of the installers. Throws an Error where
 * native modules or Electron are not there for it, or a fuse is not set.
 */
export async function packageApp(root: string, tree: string, wish: PackageWish): Promise<string[]> {
  const version = electronVersion(root, wish.electron)
  const app = freshFolder(join(dirname(wish.out), 'app'))
  try {
    stageApp(root, tree, { system: wish.system, out: app })
    const icons = join(root, 'resources', 'desktop')
    const plan = { ...wish, app, icons, electronVersion: version }
    return await build({
      targets: targetsOf(wish),
      projectDir: root,
      config: builderConfig(plan),
      publish: 'never',
    })
  } finally {
    rmSync(app, { recursive: true, force: true })
  }
}

function targetsOf({ system, isUnpacked }: PackageWish): Map<Platform, Map<Arch, string[]>> {
  const platforms = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }
  const arch = { x64: Arch.x64, arm64: Arch.arm64 }[system.arch]
  return new Map([[platforms[system.platform], new Map([[arch, isUnpacked ? ['dir'] : []]])]])
}

/** As the distribution says it; a distribution of another version than its package is refused. */
function electronVersion(root: string, folder: string): string {
  const wanted = readManifest(join(root, 'node_modules', 'electron')).version
  const file = join(folder, 'version')
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'unknown'
  if (found === wanted) return wanted
  throw new Error(`${folder} holds Electron ${found}, and the app is made for ${wanted}: run npx install-electron`)
}
