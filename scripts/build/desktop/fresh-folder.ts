import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Makes an empty folder beside a path, for what is to take that place or to be removed: `.NAME-` and six letters. Those that
 * killed runs left there an hour ago or earlier are removed.
 */
export function freshFolder(out: string): string {
  mkdirSync(dirname(out), { recursive: true })
  const prefix = `.${basename(out)}-`
  const hourAgo = Date.now() - 3_600_000
  for (const left of globSync(`${prefix}*`, { cwd: dirname(out) })) {
    const path = join(dirname(out), left)
    if (statSync(path).mtimeMs < hourAgo) rmSync(path, { recursive: true, force: true })
  }
  const fresh = mkdtempSync(join(dirname(out), prefix))
  chmodSync(fresh, 0o755)
  return fresh
}
