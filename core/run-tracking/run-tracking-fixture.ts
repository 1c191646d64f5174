import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFinalRun } from '#core/contract/events.ts'
import { blobsOf, openEngine } from '#core/engine.ts'
import { MLFLOW_READS, openMlflow, type Mlflow } from '#core/mlflow/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openReadProcess } from '#core/store/index.ts'
import { openTracking, TRACKING_FILE, type Run, type Tracking } from '#core/tracking/index.ts'
import { openRunTracking, type RunTracking } from './run-tracking.ts'

/** An engine that tracks, without a server, on a data folder. */
export type TrackedEngine = AsyncDisposable & {
  readonly service: PipelineService
  readonly tracking: Tracking
  readonly runTracking: RunTracking
  readonly mlflow: Mlflow
  readonly errors: readonly unknown[]
}

/** `isTracking` false: what an engine did that tracked nothing. */
export function openTrackedEngine(home: string, { isTracking = true } = {}): TrackedEngine {
  const stack = new AsyncDisposableStack()
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  mkdirSync(home, { recursive: true })
  const tracking = stack.use(openTracking(home))
  const blobs = blobsOf(home)
  const runTracking = openRunTracking({
    home,
    tracking,
    blobs,
    onError,
    url: Promise.resolve('http://127.0.0.1:9'),
    register: async () => Promise.reject(new Error('nothing is registered here')),
  })
  const steps = isTracking ? { tracking: runTracking.steps } : {}
  const { service } = stack.use(openEngine(home, { keychain: false, onError, ...steps }))
  const bigReads = stack.use(openReadProcess({ file: join(home, TRACKING_FILE), modules: [MLFLOW_READS] }))
  const mlflow = openMlflow({ tracking, bigReads, blobs, onBug: onError })
  if (isTracking) stack.use(runTracking.begin({ service, mlflow }))
  const close = stack.move()
  return { service, tracking, runTracking, mlflow, errors, [Symbol.asyncDispose]: async () => close.disposeAsync() }
}

/** Writes a pipeline of steps as YAML or JSON; returns its path. */
export function writePipeline(folder: string, name: string, spec: object): string {
  mkdirSync(join(folder, 'code'), { recursive: true })
  writeFileSync(join(folder, 'code', 'a.txt'), 'a')
  const file = join(folder, `${name}.yaml`)
  const document = {
    apiVersion: 'mini-submarine/v1',
    kind: 'Pipeline',
    metadata: { name },
    spec: { code: 'code', ...spec },
  }
  writeFileSync(file, JSON.stringify(document))
  return file
}

/** Settles when a run is over. */
export async function ended(service: PipelineService, run: string): Promise<string> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { status } = service.show(run)
      if (isFinalRun(status)) return resolve(status)
      setTimeout(look, 10)
    }
    look()
  })
}

/** What is tracked in an experiment, by the names of the runs. */
export function trackedIn(
  tracking: Tracking,
  experiment: string,
): Record<string, Run & { tag: Record<string, string> }> {
  const { id } = tracking.reads.experimentByName(experiment)
  const { items } = tracking.reads.runs({ experimentIds: [id], maxResults: 10_000, view: 'ALL' })
  return Object.fromEntries(
    items.map((run) => [
      run.info.name,
      { ...run, tag: Object.fromEntries(run.tags.map(({ key, value }) => [key, value])) },
    ]),
  )
}
