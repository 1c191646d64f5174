import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '#core/files/index.ts'
import { endAll } from './follow.ts'
import { untilSwept, WORK_PREFIX, type OpenConformanceEngine } from './run-suite.ts'

const END_MS = 60_000
const MOST_RUNS = 1000

/** Ends and removes what comparisons left whose core was killed: their runs, their containers, their folders. */
export async function clearLeftovers(folder: string, open: OpenConformanceEngine): Promise<void> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(WORK_PREFIX)) : []
  for (const name of names) {
    const home = join(folder, name, 'home')
    if (existsSync(home)) await endRuns(home, open)
    await removeTree(join(folder, name))
  }
}

async function endRuns(home: string, open: OpenConformanceEngine): Promise<void> {
  await using engine = await open(home)
  const runs = (['pending', 'running'] as const).flatMap((status) =>
    engine.service.list({ status, limit: MOST_RUNS }).map(({ id }) => id),
  )
  await endAll(engine.service, runs, AbortSignal.timeout(END_MS))
  await untilSwept(engine)
}
