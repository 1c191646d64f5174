import { appendFileSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '#core/files/index.ts'

/** What an attempt had used by a time: CPU seconds since its start, memory at that moment. Null where unknown. */
export type Sample = { readonly time: number; readonly cpuSeconds: number | null; readonly memoryBytes: number | null }

const FIRST_BETWEEN_MS = 1_000
/** A long attempt is sampled so often in all, about. */
const MOST_SAMPLES = 600

/** How long to wait for the next sample of an attempt that has run so long: a second at first, later ever longer. */
export function sampleInterval(elapsedMs: number): number {
  return Math.max(FIRST_BETWEEN_MS, elapsedMs / MOST_SAMPLES)
}

/** Adds a sample to the file of an attempt in its control folder. */
export function appendSample(controlFolder: string, { time, cpuSeconds, memoryBytes }: Sample): void {
  appendFileSync(samplesPath(controlFolder), `${JSON.stringify([time, cpuSeconds, memoryBytes])}\n`, { mode: 0o600 })
}

/** The samples of an attempt, oldest first; none for one that was too short. A torn last line is left out. */
export function readSamples(controlFolder: string): Sample[] {
  try {
    return parseSamples(readFileSync(samplesPath(controlFolder), 'utf8'))
  } catch (error) {
    return noneWhereMissing(error)
  }
}

/** The same, while other work goes on. */
export async function loadSamples(controlFolder: string): Promise<Sample[]> {
  try {
    return parseSamples(await readFile(samplesPath(controlFolder), 'utf8'))
  } catch (error) {
    return noneWhereMissing(error)
  }
}

function noneWhereMissing(error: unknown): Sample[] {
  if (systemCode(error) === 'ENOENT') return []
  throw error
}

function parseSamples(text: string): Sample[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter(Boolean).map((line) => {
    const [time, cpuSeconds, memoryBytes]: [number, number | null, number | null] = JSON.parse(line)
    return { time, cpuSeconds, memoryBytes }
  })
}

function samplesPath(controlFolder: string): string {
  return join(controlFolder, 'samples.ndjson')
}
