import { spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where programs begin; everything else is reached from here. */
const ENTRIES = ['core/cli/minisub.js', 'core/cli/main.ts', 'electron/main/main.ts', 'electron/host/host.ts']
/** Programs of processes and threads: they are started by their path, so that no import leads to them. */
const STARTED_BY_PATH = 'core/**/*-worker.ts'

/**
 * Writes core and electron as JavaScript into a folder, in the same tree: what the entries reach, with endings of imports
 * rewritten, and no comments. Throws an Error of one sentence where tsc does.
 */
export function emitJavaScript(root: string, out: string): void {
  const files = [...ENTRIES.filter((it) => existsSync(join(root, it))), ...globSync(STARTED_BY_PATH, { cwd: root })]
  const config = join(out, 'tsconfig.json')
  writeFileSync(config, JSON.stringify(configFor(root, out, files.toSorted())))
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { status, stdout, error } = spawnSync(process.execPath, [tsc, '-p', config], { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`tsc cannot write the JavaScript of the app: ${error?.message ?? stdout.trim()}`)
  } finally {
    rmSync(config)
  }
}

function configFor(root: string, out: string, files: readonly string[]): object {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      rootDir: root,
      outDir: out,
      noEmit: false,
      // `npm run check` looks at the types; here they only cost time.
      noCheck: true,
      types: [],
      allowJs: true,
      rewriteRelativeImportExtensions: true,
      removeComments: true,
    },
    include: [],
    files: files.map((file) => join(root, file)),
  }
}
