import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openLineFile } from '#core/files/index.ts'
import { logLine } from './policies.ts'

/** The log of the app, in the first of the folders that can be written; `file` is undefined where none can. */
export function openLog(folders: readonly string[]): { file: string | undefined; log: (sentence: string) => void } {
  for (const folder of folders) {
    const file = join(folder, 'desktop.log')
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const lines = openLineFile(file)
      return { file, log: (sentence) => lines.write(logLine(sentence, new Date())) }
    } catch (error) {
      process.stderr.write(`${file} cannot be written: ${String(error)}\n`)
    }
  }
  return { file: undefined, log: (sentence) => void process.stderr.write(logLine(sentence, new Date())) }
}
