import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openRegistryReads, type RegistryReads } from '#core/registry/index.ts'
import { openBlobs } from '#core/store/index.ts'
import { openArtifacts, openTracking, type Artifacts, type Tracking } from '#core/tracking/index.ts'
import { openTransfer, type Transfer } from './transfer.ts'

/** A data folder of its own, and a folder beside it for sources; both go when the test ends. */
export type TransferFixture = {
  readonly folder: string
  readonly tracking: Tracking
  readonly registry: RegistryReads
  readonly artifacts: Artifacts
  readonly transfer: Transfer
  readonly lines: string[]
  import(path: string, options?: object): ReturnType<Transfer['import']>
  export(folder: string, options?: object): ReturnType<Transfer['export']>
}

/** Opens one. */
export function transferForTest(): TransferFixture {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'minisub-transfer-')))
  const home = join(folder, 'home')
  const tracking = openTracking(home)
  const blobFolder = join(home, 'blobs')
  const blobs = openBlobs(blobFolder)
  const transfer = openTransfer({ home, tracking, blobs, blobFolder })
  const lines: string[] = []
  const watch = { onLine: (line: string) => void lines.push(line), signal: new AbortController().signal }
  onTestFinished(async () => {
    await transfer[Symbol.asyncDispose]()
    tracking[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })
  return {
    folder,
    tracking,
    transfer,
    lines,
    registry: openRegistryReads(tracking.db),
    artifacts: openArtifacts({ db: tracking.db, queue: tracking.queue, blobs }),
    import: async (path, options) => transfer.import({ path, dryRun: false, ...options }, watch),
    export: async (to, options) =>
      transfer.export({ folder: to, format: 'parquet', filter: '', artifacts: false, ...options }, watch),
  }
}
