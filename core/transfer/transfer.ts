import { join } from 'node:path'
import type { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { ExportReport, ExportRequest, ImportReport, ImportRequest } from '#core/contract/tracking-transfer.ts'
import { openRegistryImport, openRegistryWrites } from '#core/registry/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { openArtifacts, openImportWrites, TRACKING_FILE, type Tracking } from '#core/tracking/index.ts'
import { exportTracking } from './export.ts'
import type { ImportDeps } from './import-state.ts'
import { importSource, type Watch } from './import.ts'

/** What is tracked, taken in from other tools and given out. Paths are absolute. To dispose of it waits for what goes on. */
export type Transfer = AsyncDisposable & {
  /**
   * Takes in what MLflow or TensorBoard kept; nothing there is changed, and what came before is left as it is. Throws
   * Problem `import_source` for what cannot be read, `conflict` while another import goes on, `disk_full`.
   */
  import(request: z.output<typeof ImportRequest>, watch: Watch): Promise<ImportReport>
  /** Writes tables into a folder that is made or empty: all of them, or nothing. */
  export(request: z.output<typeof ExportRequest>, watch: Watch): Promise<ExportReport>
}

type TransferOptions = {
  readonly home: string
  readonly tracking: Tracking
  readonly blobs: Blobs
  /** The folder that `blobs` is. */
  readonly blobFolder: string
}

/** Prepares both over all that is tracked in a data folder. */
export function openTransfer({ home, tracking, blobs, blobFolder }: TransferOptions): Transfer {
  const { db, queue } = tracking
  const deps: ImportDeps = {
    tracking,
    imports: openImportWrites({ db, queue }),
    registry: openRegistryWrites({ db, queue }),
    registryImport: openRegistryImport({ db, queue }),
    artifacts: openArtifacts({ db, queue, blobs }),
  }
  const places = { database: join(home, TRACKING_FILE), blobs: blobFolder }
  let importing: Promise<unknown> | undefined
  const exports = new Set<Promise<unknown>>()
  return {
    import: async (request, watch) => {
      if (importing !== undefined) throw new Problem('conflict', 'another import goes on: wait until it has ended')
      const work = importSource(deps, request, watch)
      importing = work
      return work.finally(() => (importing = undefined))
    },
    export: async (request, watch) => {
      tracking.writes.settle()
      const work = exportTracking(places, request, watch)
      exports.add(work)
      return work.finally(() => exports.delete(work))
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled([importing, ...exports])
    },
  }
}
