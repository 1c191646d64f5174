import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { openEngine, type Engine } from '#core/engine.ts'
import { openSchedules, type ScheduleService } from '#core/schedules/index.ts'
import { addLab } from './lab-target.ts'

/** A core with its schedules and no server, whose target `lab` is a cluster. */
export type ScheduleCore = AsyncDisposable & {
  readonly engine: Engine
  readonly schedules: ScheduleService
  readonly errors: readonly unknown[]
}

/** A folder with a pipeline and a data folder for one core after another. */
export type ScheduleHome = AsyncDisposable & {
  readonly file: string
  write(lines: readonly string[]): Promise<void>
  open(): Promise<ScheduleCore>
}

export async function openScheduleHome(profile: ClusterProfile): Promise<ScheduleHome> {
  const root = await mkdtemp(join(tmpdir(), 'minisub-scheduled-'))
  const [file, home] = [join(root, 'p.yaml'), join(root, 'home')]
  return {
    file,
    write: (lines) => writeFile(file, document(lines)),
    open: () => openCore(home, profile),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

function document(lines: readonly string[]): string {
  const head = ['apiVersion: mini-submarine/v1', 'kind: Pipeline', 'metadata: {name: wine}', 'spec:']
  return [...head, ...lines.map((line) => `  ${line}`), ''].join('\n')
}

async function openCore(home: string, profile: ClusterProfile): Promise<ScheduleCore> {
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const engine = openEngine(home, { onError, keychain: false })
  await addLab(engine, profile)
  const { store, service: runs, clusters, scheduled } = engine
  const inClusters = { schedules: clusters.schedules, scheduled }
  const schedules = openSchedules({ store, runs, clusters: inClusters, onError })
  return {
    engine,
    schedules,
    errors,
    async [Symbol.asyncDispose]() {
      schedules[Symbol.dispose]()
      await engine[Symbol.asyncDispose]()
    },
  }
}
