import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

/** What a tree of JavaScript imports: names of packages, and imports of own files that lead nowhere, as sentences. */
export type TreeImports = { readonly packages: readonly string[]; readonly dangling: readonly string[] }

/** Reads the imports of every file of `core` and `electron` in a tree; `electron` itself is no package of it. */
export function importsOfTree(tree: string): TreeImports {
  const packages = new Set<string>()
  const dangling: string[] = []
  for (const file of globSync('{core,electron}/**/*.js', { cwd: tree }).toSorted()) {
    for (const specifier of importsOf(readFileSync(join(tree, file), 'utf8'))) {
      if (isBuiltin(specifier) || specifier === 'electron') continue
      if (!/^[.#]/.test(specifier)) packages.add(packageOf(specifier))
      else if (!existsSync(ownFile(tree, file, specifier))) dangling.push(`${file} imports ${specifier}`)
    }
  }
  return { packages: [...packages].toSorted(), dangling }
}

/** The specifiers of the imports in a text of TypeScript or JavaScript, types included. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, dynamic]) => from ?? dynamic ?? '')
}

/** The package that a specifier such as `@scope/name/file.js` belongs to. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** As `imports` in the manifest of the tree has it. */
function ownFile(tree: string, file: string, specifier: string): string {
  const own = /^#(core\/.*)\.ts$/.exec(specifier)?.[1]
  return own === undefined ? resolve(tree, dirname(file), specifier) : join(tree, `${own}.js`)
}
