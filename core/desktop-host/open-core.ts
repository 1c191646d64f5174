import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { findCore, type RunningCore } from '#core/attach/index.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { LentEncryption } from '#core/secrets/index.ts'
import { openWorkbench, type Workbench } from '#core/workbench.ts'

/** So long a core that holds the data folder may take to answer, or to be gone. */
const PATIENCE_MS = 8_000
const POLL_MS = 100

/** The core that the app shows. */
export type HeldCore = {
  readonly core: RunningCore
  /** It is this process; undefined where another one is it. */
  readonly own: Workbench | undefined
}
type Options = {
  readonly home: string
  /** Of the app; a core of another one is not shown. */
  readonly version: string
  readonly encryption: LentEncryption | undefined
}

/**
 * The core of a data folder: the running one if it is of this version, else one in this process. Throws Problem
 * `home_in_use` where a core of another version runs, or one that does not answer; else those of `openWorkbench`.
 */
export async function openCore({ home, version, encryption }: Options): Promise<HeldCore> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await findCore(home)
    if (found !== undefined) return { core: sameVersion(found, home, version), own: undefined }
    try {
      const own = await openWorkbench({ home, ...(encryption === undefined ? {} : { encryption }) })
      const core = await findCore(home)
      if (core !== undefined) return { core, own }
      await own.close()
      throw new Problem('core_unreachable', `the core at ${own.url} does not answer: look into core.log of ${home}`)
    } catch (error) {
      // Whoever holds the folder is about to be ready, or about to be gone.
      if (!isProblem(error) || error.code !== 'home_in_use' || Date.now() > deadline) throw error
      await delay(POLL_MS)
    }
  }
}

function sameVersion(core: RunningCore, home: string, version: string): RunningCore {
  if (core.version === version) return core
  throw new Problem(
    'home_in_use',
    `the core at ${core.url} (process ${core.pid}) uses the data folder ${home} and is version ${core.version}, this app is ${version}: end that core, or start the app of its version`,
  )
}

/** What `package.json` of the app says: its version, and where its releases are; absent where it has no such place. */
export function readManifest(): { readonly version: string; readonly releases?: string } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifest
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
}
