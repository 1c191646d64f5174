import { DESKTOP_APP_ID } from '#core/contract/desktop.ts'
import { join } from 'node:path'
import type { AfterPackContext, Configuration } from 'electron-builder'
import { PRODUCT_NAME } from './app-manifest.ts'
import { setFuses } from './fuses.ts'
import { checkLicences, ELECTRONS_LICENCES, removeDefaultApp } from './packing.ts'

/** The name of the program on Linux, and of what it is installed as. */
const EXECUTABLE = 'mini-submarine'
/** A deb must name a page; this one says that there is none. */
const NO_PAGE = 'https://mini-submarine.invalid'
const ENTITLEMENTS = join(import.meta.dirname, 'entitlements.mac.plist')
const UNINSTALL = join(import.meta.dirname, 'uninstall.nsh')
const DOCUMENT = 'Mini-Submarine pipeline'

/** What a packaging is made from and where it goes; `electron` is the folder of Electron's distribution. */
export type PackagePlan = {
  readonly app: string
  /** The folder with icons for the installers. */
  readonly icons: string
  readonly out: string
  readonly electron: string
  readonly electronVersion: string
  /** Where releases are looked for; none are where it is undefined. */
  readonly releasesUrl: string | undefined
}

/** What electron-builder is told. */
export function builderConfig(plan: PackagePlan): Configuration {
  return {
    appId: DESKTOP_APP_ID,
    productName: PRODUCT_NAME,
    copyright: 'Apache-2.0, see NOTICES.txt',
    directories: { app: plan.app, output: plan.out, buildResources: plan.icons },
    electronVersion: plan.electronVersion,
    electronDist: plan.electron,
    // Packages were chosen before, and are built as they are installed: nothing is looked for and nothing compiled.
    beforeBuild: async () => false,
    files: ['**/*', { from: 'node_modules', to: 'node_modules', filter: ['**/*'] }],
    // The system's loader opens native modules by path, people read notices. All else is in the archive, which the program checks.
    asar: { smartUnpack: false },
    asarUnpack: ['**/*.node', 'NOTICES.txt'],
    afterExtract: removeDefaultApp,
    afterPack: async (context) => {
      checkLicences(licencesFolderOf(context))
      await setFuses(programOf(context), context.electronPlatformName)
    },
    extraMetadata:
      plan.releasesUrl === undefined
        ? { homepage: NO_PAGE }
        : { homepage: plan.releasesUrl, releases: plan.releasesUrl },
    protocols: [{ name: PRODUCT_NAME, schemes: ['minisub'] }],
    publish: plan.releasesUrl === undefined ? null : [{ provider: 'generic', url: plan.releasesUrl }],
    // This runtime needs no libfuse2, which Ubuntu 24.04 lacks.
    toolsets: { appimage: '1.0.3' },
    ...forSystems(plan),
  }
}

function forSystems({ electron }: PackagePlan): Configuration {
  return {
    linux: {
      target: ['AppImage', 'deb'],
      executableName: EXECUTABLE,
      icon: 'icons',
      category: 'Development;Science',
      maintainer: PRODUCT_NAME,
      syncDesktopName: true,
      fileAssociations: [
        {
          ext: 'pipeline.yaml',
          name: DOCUMENT,
          description: DOCUMENT,
          mimeType: 'application/x-mini-submarine-pipeline',
        },
      ],
    },
    // A deb installs a profile for AppArmor, or the helper with its rights where namespaces are off. An AppImage can install
    // nothing: its AppRun adds --no-sandbox where `unshare -Ur true` fails.
    appImage: { executableArgs: [] },
    deb: { packageCategory: 'science', priority: 'optional' },
    mac: {
      target: ['dmg'],
      category: 'public.app-category.developer-tools',
      icon: 'icon.icns',
      hardenedRuntime: true,
      entitlements: ENTITLEMENTS,
      entitlementsInherit: ENTITLEMENTS,
      // Of a distribution that lies in a folder, electron-builder takes Electron.app alone.
      extraResources: ELECTRONS_LICENCES.map(({ from, to }) => ({ from: join(electron, from), to })),
      // Finder knows the last extension alone: the app is offered for YAML, and never becomes its default.
      fileAssociations: [{ ext: ['yaml', 'yml'], name: DOCUMENT, role: 'Editor', rank: 'Alternate' }],
    },
    // No association: Windows knows the last extension alone, and the installer would take all of YAML.
    win: { target: ['nsis'], icon: 'icon.ico' },
    nsis: { oneClick: true, perMachine: false, deleteAppDataOnUninstall: false, include: UNINSTALL },
  }
}

function licencesFolderOf({ appOutDir, electronPlatformName, packager }: AfterPackContext): string {
  return electronPlatformName === 'darwin' ? packager.getResourcesDir(appOutDir) : appOutDir
}

/** What holds the fuses. */
function programOf({ appOutDir, electronPlatformName, packager }: AfterPackContext): string {
  const name = packager.appInfo.productFilename
  const names: Readonly<Record<string, string>> = { darwin: `${name}.app`, win32: `${name}.exe` }
  return join(appOutDir, names[electronPlatformName] ?? EXECUTABLE)
}
