import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Measurement } from '../report.ts'

/** What a browser loads before anything is seen: the files that `index.html` names, and what those import at once. */
export function bundleSize(page: string, empty: string): Measurement[] {
  return [
    {
      name: 'first bundle, gzip',
      value: firstBytes(page) / 1_000,
      unit: 'kB',
      floor: firstBytes(empty) / 1_000,
      floorName: 'an empty page of the same stack',
      bound: 350,
    },
  ]
}

function firstBytes(folder: string): number {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file ?? '')
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    if (!file.endsWith('.js')) return
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(join('assets', other ?? ''))
  }
  for (const file of named) visit(file)
  return [...seen].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
}
