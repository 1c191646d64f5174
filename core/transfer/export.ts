import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import { Problem, problemFromJson } from '#core/base/problem.ts'
import type { ExportReport, ExportRequest } from '#core/contract/tracking-transfer.ts'
import { systemCode } from '#core/files/index.ts'
import { endWorker, siblingModule, startWorker } from '#core/workers/index.ts'
import type { ExportJob, ExportReply } from './export-worker.ts'
import type { Watch } from './import.ts'

/** Where the data is. */
export type ExportPlaces = { readonly database: string; readonly blobs: string }

type Request = z.output<typeof ExportRequest>

/**
 * Writes tables of what is tracked, as of now, into a folder that is not there or is empty: it has all of them, or none.
 * Throws Problem `invalid_request` for a folder that is not so, `tracking_invalid`, `not_found`, `disk_full`.
 */
export async function exportTracking(places: ExportPlaces, request: Request, watch: Watch): Promise<ExportReport> {
  const { folder } = request
  await checkFolder(folder)
  const aside = join(dirname(folder), `.${basename(folder)}.${randomUUID()}`)
  try {
    await mkdir(aside, { mode: 0o755 })
    const files = await inProcess({ ...places, ...jobOf(request), folder: aside }, watch)
    watch.signal.throwIfAborted()
    await rmdir(folder).catch(ignoreMissing)
    await rename(aside, folder)
    return { folder, files }
  } catch (error) {
    throw folderFault(error, folder)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function jobOf({
  format,
  artifacts,
  filter,
  experiments,
}: Request): Pick<ExportJob, 'format' | 'artifacts' | 'filter'> {
  return { format, artifacts, filter, ...(experiments === undefined ? {} : { experiments }) }
}

async function checkFolder(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw folderFault(error, folder)
  }
  throw new Problem('invalid_request', `the folder ${folder} is not empty: name one that is, or a new one`, {
    path: 'folder',
  })
}

/** What the system says of a folder that cannot be written, in words. */
function folderFault(error: unknown, folder: string): unknown {
  const code = systemCode(error)
  if (code === undefined || !['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOTEMPTY', 'EXDEV'].includes(code))
    return error
  const message = `the folder ${folder} cannot be written (${code}): name one in a folder that is there and yours`
  return new Problem('invalid_request', message, { cause: error, path: 'folder' })
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error
}

async function inProcess(job: ExportJob, { onLine, signal }: Watch): Promise<ExportReport['files']> {
  const worker = startWorker(siblingModule(import.meta.url, 'export-worker'), job)
  const giveUp = () => worker.kill()
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    const end = await new Promise<Exclude<ExportReply, { line: string }>>((resolve) => {
      worker.onMessage((message) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker sends nothing else
        const reply = message as ExportReply
        if ('line' in reply) onLine(reply.line)
        else resolve(reply)
      })
      void worker.ended.then((why) => resolve({ bug: `it ended (${why})` }))
    })
    signal.throwIfAborted()
    if ('problem' in end) throw problemFromJson(end.problem)
    if ('bug' in end) throw new Error(`the process that exports failed by a bug: ${end.bug}`)
    return end.files
  } finally {
    await endWorker(worker)
    signal.removeEventListener('abort', giveUp)
  }
}
