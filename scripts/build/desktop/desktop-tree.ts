import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { appManifest } from './app-manifest.ts'
import { emitJavaScript } from './emit-javascript.ts'
import { freshFolder } from './fresh-folder.ts'
import { importsOfTree } from './imports.ts'
import { readManifest } from './manifest.ts'
import { noticesOf } from './notices.ts'

/** What the app reads that is no JavaScript of core and electron; made by `npm run build`, or kept in the repository. */
const COPIED = ['dist/renderer', 'dist/runner', 'resources']
const PRELOAD = 'electron/preload/preload.ts'

/**
 * Makes the tree of the desktop app: core and electron as JavaScript, the page, the step runner, resources, notices and a
 * manifest. The tree takes the place of the one before only when it is whole. Throws an Error of one sentence.
 */
export async function buildDesktopTree(root: string, out: string): Promise<void> {
  const fresh = freshFolder(out)
  try {
    for (const folder of COPIED) copyBuilt(root, fresh, folder)
    emitJavaScript(root, fresh)
    if (existsSync(join(root, PRELOAD))) await bundlePreload(root, fresh)
    const { packages, dangling } = importsOfTree(fresh)
    if (dangling.length > 0) throw new Error(`the app would not start: ${dangling.join('; ')}`)
    write(fresh, 'package.json', `${JSON.stringify(appManifest(readManifest(root), packages), null, 2)}\n`)
    write(fresh, 'NOTICES.txt', noticesOf(root, packages))
    replace(out, fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function copyBuilt(root: string, fresh: string, folder: string): void {
  if (!existsSync(join(root, folder))) throw new Error(`${folder} is not there: run npm run build`)
  cpSync(join(root, folder), join(fresh, folder), {
    recursive: true,
    filter: (path) => !/__pycache__|\.lock\.json$/.test(path),
  })
}

/** One CommonJS file: a sandboxed preload can load nothing but `electron`. */
async function bundlePreload(root: string, fresh: string): Promise<void> {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: join(root, PRELOAD),
      outDir: join(fresh, 'electron', 'preload'),
      emptyOutDir: false,
      target: 'node24',
      minify: true,
      rolldownOptions: {
        external: ['electron'],
        output: { format: 'cjs', codeSplitting: false, entryFileNames: 'preload.cjs' },
      },
    },
  })
}

function write(fresh: string, name: string, text: string): void {
  writeFileSync(join(fresh, name), text)
}

/** Two renames: between them there is no tree, never half of one. */
function replace(out: string, fresh: string): void {
  const before = `${fresh}-before`
  if (existsSync(out)) renameSync(out, before)
  renameSync(fresh, out)
  rmSync(before, { recursive: true, force: true })
}
