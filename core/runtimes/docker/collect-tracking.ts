import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { addTrackedFiles, addTrackedLines, CONTAINER, TRACKING_FILES } from '#core/attempts/index.ts'
import type { KeepFile, Workload } from '../driver.ts'
import { bytesOf, pathOf, type Entry } from './archive-entry.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { containerName } from './labels.ts'

/**
 * Takes what the runner of a container has kept of the calls of MLflow's client: files are given to `keep`, lines come to
 * the control folder. Nothing happens where nothing is kept, or where the container is gone.
 */
export async function collectTracking(engine: DockerEngine, workload: Workload, keep: KeepFile): Promise<void> {
  const archive = await openArchive(engine, workload)
  if (archive === undefined) return
  const entries = extract()
  const reading = takeAll(entries, { folder: workload.controlFolder, keep })
  reading.catch((error: unknown) => entries.destroy(error instanceof Error ? error : new Error(String(error))))
  const [piped, taken] = await Promise.allSettled([pipeline(archive, entries), reading])
  if (taken.status === 'rejected') throw taken.reason
  if (piped.status === 'rejected') throw piped.reason
}

async function openArchive(engine: DockerEngine, workload: Workload): Promise<NodeJS.ReadableStream | undefined> {
  try {
    const container = (await engine.streams()).getContainer(containerName(workload, 0))
    return await container.getArchive({ path: CONTAINER.tracking })
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

const FILE = new RegExp(`^${TRACKING_FILES.files}/([0-9a-f]{64})$`)

/** Engines sort what lies in a folder: artifacts, files, lines. */
async function takeAll(
  entries: AsyncIterable<Entry>,
  { folder, keep }: { readonly folder: string; readonly keep: KeepFile },
): Promise<void> {
  let artifacts = ''
  let last = 0
  for await (const entry of entries) {
    const path = pathOf(entry)
    const sha256 = FILE.exec(path)?.[1]
    if (path === TRACKING_FILES.artifacts) artifacts = await text(bytesOf(entry))
    else if (path === TRACKING_FILES.lines) last = await addTrackedLines(folder, bytesOf(entry))
    else if (sha256 === undefined) entry.resume()
    else await keep(bytesOf(entry), { sha256, size: entry.header.size ?? 0 })
  }
  addTrackedFiles(folder, artifacts, last)
}
