import { pipeline } from 'node:stream/promises'
import { buffer, json } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { OUTPUTS_FILE } from '#core/attempts/index.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { Problem } from '../../base/problem.ts'
import type { KeepFile, Workload } from '../driver.ts'
import { bytesOf, pathOf, type Entry } from './archive-entry.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { containerName } from './labels.ts'

/** A file up to this size is held in memory, so that others can be kept at the same time. */
const SMALL_BYTES = 2 ** 20
/** So many small files are kept at a time. */
const AT_ONCE = 32

/**
 * Takes the declared outputs out of a container that ended well: one archive, the runner's records first, then the files
 * that they list; each is given to `keep`, equal ones once. Throws Problem `step_lost` where the container is gone.
 */
export async function collectOutputs(engine: DockerEngine, workload: Workload, keep: KeepFile): Promise<OutputRecords> {
  const outputs = workload.parts[0]?.outputs
  if (outputs === undefined || Object.keys(outputs.declared).length === 0) return {}
  const archive = await openArchive(engine, workload, outputs.folder)
  const collector = new Collector(keep)
  const entries = extract()
  const reading = collector.takeAll(entries)
  reading.catch((error: unknown) => entries.destroy(error instanceof Error ? error : new Error(String(error))))
  const [piped, taken] = await Promise.allSettled([pipeline(archive, entries), reading])
  if (taken.status === 'rejected') throw taken.reason
  if (piped.status === 'rejected') throw piped.reason
  return taken.value
}

async function openArchive(engine: DockerEngine, workload: Workload, folder: string): Promise<NodeJS.ReadableStream> {
  try {
    const container = (await engine.streams()).getContainer(containerName(workload, 0))
    return await container.getArchive({ path: folder })
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    const message = 'the container and its outputs were removed by others before they were taken: run the step again'
    throw new Problem('step_lost', message, { cause: error })
  }
}

type Expected = { readonly sha256: string; readonly size: number }

class Collector {
  readonly #keep: KeepFile
  readonly #kept = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  #missing = new Map<string, Expected>()

  constructor(keep: KeepFile) {
    this.#keep = keep
  }

  async takeAll(entries: AsyncIterable<Entry>): Promise<OutputRecords> {
    let records: OutputRecords | undefined
    for await (const entry of entries) {
      const path = pathOf(entry)
      if (path === OUTPUTS_FILE) {
        records = (await json(bytesOf(entry))) as OutputRecords
        this.#missing = expectedFiles(records)
      } else if (!(await this.#take(entry, path))) entry.resume()
    }
    await Promise.all(this.#running)
    const [lacking] = this.#missing.keys()
    if (records !== undefined && lacking === undefined) return records
    const what = records === undefined ? 'the records of the step runner' : `the file ${lacking ?? ''}`
    throw new Error(`the archive of the outputs lacks ${what}`)
  }

  /** False where nothing of the entry is wanted. */
  async #take(entry: Entry, path: string): Promise<boolean> {
    const expected = this.#missing.get(path)
    if (expected === undefined) return false
    // a second name of a file comes without bytes, after the first: those are kept already, or it stays missing
    const isKept = this.#kept.has(expected.sha256)
    if (!isKept && entry.header.type === 'link') return false
    this.#missing.delete(path)
    if (isKept) return false
    if (entry.header.size !== expected.size) throw new Error(`${path} changed after the step runner had checked it`)
    this.#kept.add(expected.sha256)
    if (expected.size > SMALL_BYTES) await this.#keep(bytesOf(entry), expected)
    else await this.#keepSoon(await buffer(bytesOf(entry)), expected)
    return true
  }

  /** Returns as soon as the next file may come. */
  async #keepSoon(bytes: Buffer, expected: Expected): Promise<void> {
    const keeping = this.#keep(once(bytes), expected)
    keeping.catch(() => undefined)
    this.#running.add(keeping)
    if (this.#running.size < AT_ONCE) return
    await Promise.all(this.#running)
    this.#running.clear()
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

function expectedFiles(records: OutputRecords): Map<string, Expected> {
  const files = Object.entries(records).flatMap(([name, record]): [string, Expected][] => {
    if (record.kind === 'value') return []
    if (record.kind === 'file') return [[name, record]]
    return record.files.map((file) => [`${name}/${file.path}`, file])
  })
  return new Map(files)
}
