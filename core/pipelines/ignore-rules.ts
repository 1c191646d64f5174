import { readFileSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'

const ALWAYS = new Set(['.git', '.hg', '.svn', '__pycache__', '.DS_Store', '.venv', 'node_modules', '.mini-submarine'])
/** In this order, so a .minisubignore can take back what the .gitignore beside it says. */
const RULE_FILES = ['.gitignore', '.minisubignore']

/** The rules that hold in a folder: its own after those of the folders above, the last match deciding, as in git. */
export type IgnoreRules = Ignore | null

/** Rules written by hand, in gitignore's language; case matters on every machine. */
export function rulesFrom(patterns: readonly string[]): Ignore {
  return ignore({ ignoreCase: false }).add(patterns)
}

/** The rules in a folder below `root`; `path` is relative, '' for the root, and `above` what holds around it. */
export function rulesIn(
  root: string,
  path: string,
  options: { entries: readonly Dirent[]; above: IgnoreRules },
): IgnoreRules {
  let rules = options.above
  for (const name of RULE_FILES) {
    if (!options.entries.some((entry) => entry.name === name && entry.isFile())) continue
    const lines = readFileSync(join(root, path, name), 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
    const own = lines.flatMap((line) => anchored(line, path))
    rules = rulesFrom([])
      .add(rules ?? [])
      .add(own)
  }
  return rules
}

/** Whether a file, link or folder is left out. Folders above it are not looked at: they were not left out. */
export function isIgnored(rules: IgnoreRules, path: string, entry: Pick<Dirent, 'name' | 'isDirectory'>): boolean {
  if (ALWAYS.has(entry.name) || entry.name.endsWith('.pyc')) return true
  return rules?.ignores(entry.isDirectory() ? `${path}/` : path) ?? false
}

/** A line of a folder's ignore file as the root's would say it, so that one list with one order holds them all. */
function anchored(line: string, folder: string): string[] {
  if (line.trim() === '' || line.startsWith('#')) return []
  if (folder === '') return [line]
  const negated = line.startsWith('!')
  const pattern = (negated ? line.slice(1) : line).replace(/^\\(?=[!#])/, '')
  const here = `/${folder.replace(/[\\*?[\]]/g, String.raw`\$&`)}/`
  const inner = pattern
    .replace(/(?<!\\)\s+$/, '')
    .slice(0, -1)
    .includes('/')
  return [`${negated ? '!' : ''}${here}${inner ? pattern.replace(/^\//, '') : `**/${pattern}`}`]
}
