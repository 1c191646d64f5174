import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openWorkbench } from '#core/workbench.ts'

/** A core on a data folder of its own, with the token that programs track with. */
export type TrackingCore = AsyncDisposable & { readonly url: string; readonly token: string; readonly home: string }

/** Opens a whole core; its folder goes with it. */
export async function openTrackingCore(): Promise<TrackingCore> {
  const home = await mkdtemp(join(tmpdir(), 'minisub-tracked-'))
  const core = await openWorkbench({ home })
  const token = (await readFile(join(home, 'token'), 'utf8')).trim()
  return {
    url: core.url,
    token,
    home,
    async [Symbol.asyncDispose]() {
      await core.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
