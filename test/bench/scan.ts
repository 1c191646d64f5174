import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { validateDocument } from '#core/pipelines/index.ts'
import { scanCode } from '#core/promotion/index.ts'
import { median, type Measurement } from './report.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'resources', 'samples', 'wine')
const FILES = 10_000
const BYTES = 10_000
const ROUNDS = 3

/** A look through much code for what only this machine has. */
export async function measureScan(): Promise<Measurement[]> {
  const document = readFileSync(join(FOLDER, 'pipeline.yaml'), 'utf8')
  const validation = validateDocument(document.replaceAll(/^ +files: .*$/gm, ''))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const code = ['train.py', 'evaluate.py', 'picture.py']
    .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
    .join('\n')
  const bytes = Buffer.from(code.repeat(Math.ceil(BYTES / code.length)).slice(0, BYTES))
  const files = Array.from({ length: FILES }, (_, at) => ({
    path: `m${at}.py`,
    size: BYTES,
    sha256: '',
    executable: false,
  }))
  const { definition } = validation.plan
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    const scan = await scanCode({ definition, document, files, read: () => bytes, images: {}, hostName: 'ada-laptop' })
    took.push((performance.now() - began) / 1_000)
    if (scan.files !== FILES) throw new Error(`${scan.files} files were looked at`)
  }
  const began = performance.now()
  for (let at = 0; at < FILES; at += 1) new TextDecoder().decode(bytes).includes('environ')
  const floor = (performance.now() - began) / 1_000
  return [
    { name: 'scan of 10,000 files of 10 kB', value: median(took), unit: 's', floor, floorName: 'decoding', bound: 3 },
  ]
}
