import type { Manifest } from './manifest.ts'

export const PRODUCT_NAME = 'Mini-Submarine'
/** The launcher that packages install; a window manager finds the windows of the app by it. */
export const DESKTOP_NAME = 'mini-submarine.desktop'

/**
 * The manifest of the app: that of the project without what is for development, and of the dependencies those that the app
 * imports. Throws an Error of one sentence for an import that is no dependency of production.
 */
export function appManifest(own: Manifest, imported: readonly string[]): object {
  const strange = imported.filter((name) => own.dependencies[name] === undefined)
  if (strange.length > 0) throw new Error(`the app imports ${strange.join(', ')}: add that to dependencies`)
  return {
    name: own.name,
    productName: PRODUCT_NAME,
    version: own.version,
    description: own.description,
    author: PRODUCT_NAME,
    license: own.license,
    private: true,
    type: 'module',
    main: 'electron/main/main.js',
    desktopName: DESKTOP_NAME,
    imports: { '#core/*.ts': './core/*.js' },
    dependencies: Object.fromEntries(imported.map((name) => [name, own.dependencies[name]])),
  }
}
