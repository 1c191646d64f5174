import { Problem } from '#core/base/problem.ts'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import type { Mlflow, StepScope } from '#core/mlflow/index.ts'
import type { TrackedAttempt } from '#core/pipelines/index.ts'
import type { Blobs, Database } from '#core/store/index.ts'
import type { Artifacts, Tracking, WriteQueue } from '#core/tracking/index.ts'
import { artifactPath, failureOf, invalid } from '#core/wire/index.ts'

/** As many lines are done in one transaction. */
const MOST_AT_ONCE = 200
const ARTIFACTS = 'artifacts/'
/** The tag that says what of a program's calls could not be done. */
const FAULT = 'minisub.tracking_error'

export type LinesOptions = {
  readonly tracking: Pick<Tracking, 'db' | 'queue' | 'writes'>
  readonly mlflow: Pick<Mlflow, 'perform'>
  readonly artifacts: Pick<Artifacts, 'link' | 'remove'>
  readonly blobs: Pick<Blobs, 'has'>
}

/** Does lines that a runner took, each once, as the step itself. */
export type TakeLines = (attempt: TrackedAttempt, scope: StepScope, lines: readonly TrackingLine[]) => Promise<void>

/** Prepares it on the writer's connection. */
export function openTakeLines(options: LinesOptions): TakeLines {
  const done = openDone(options.tracking.db, options.tracking.queue)
  return async (attempt, scope, lines) => {
    const key = { run: scope.run, attempt: attempt.attempt }
    const after = done.get(key)
    const left = lines.filter(({ n }) => n > after).toSorted((a, b) => a.n - b.n)
    for (const group of groupsOf(left)) {
      const faults = group.map((line) => attemptLine(options, scope, line))
      const last = group.at(-1)?.n ?? after
      const [told] = await Promise.all([Promise.all(faults), done.set(key, last)])
      const fault = told.findLast((text) => text !== undefined)
      if (fault !== undefined) await tell(options.tracking, scope.run, fault)
    }
  }
}

/** What a person did, a run in the trash for instance, is told in words; anything else is thrown. */
async function attemptLine(options: LinesOptions, scope: StepScope, line: TrackingLine): Promise<string | undefined> {
  try {
    await perform(options, scope, line)
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined || failure.status >= 500) throw error
    // Done before, by a core that was killed.
    if (failure.errorCode === 'RESOURCE_ALREADY_EXISTS') return undefined
    return `${line.method} ${line.path}: ${failure.message}`
  }
}

/** All that can be is queued before the first wait: one transaction with the number of the line. */
function perform(options: LinesOptions, scope: StepScope, line: TrackingLine): unknown {
  const { method, path, body } = line
  if (!path.startsWith(ARTIFACTS)) return options.mlflow.perform(scope, { method, path, body })
  return putFile(options, scope, line)
}

async function putFile(options: LinesOptions, scope: StepScope, { method, path: named, body }: TrackingLine) {
  const path = artifactPath(named.slice(ARTIFACTS.length))
  if (!scope.ownsPath(path)) {
    throw new Problem('forbidden', `${path} is not below a run or a model of the step: log files into its own run`)
  }
  if (method === 'DELETE') return options.artifacts.remove(path)
  const { sha256, size } = body
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size)) {
    throw invalid('a line of a file has its sha256 and its size: use the step runner of this version')
  }
  if (!options.blobs.has(sha256))
    throw new Problem('artifact_missing', `the content of ${path} did not come: log it again`)
  return options.artifacts.link([{ path, sha256, size: Number(size) }])
}

/** What depends on what a line before it made waits for that one. */
function isAlone({ path }: TrackingLine): boolean {
  return /^(?:runs\/create|runs\/log-model|logged-models)$/.test(path) || path.startsWith(ARTIFACTS)
}

function groupsOf(lines: readonly TrackingLine[]): TrackingLine[][] {
  const groups: TrackingLine[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last === undefined || before === undefined || isAlone(line) || isAlone(before) || last.length >= MOST_AT_ONCE)
      groups.push([line])
    else last.push(line)
  }
  return groups
}

/** The run may be in the trash, or gone: then nobody asks. */
async function tell({ writes }: Pick<Tracking, 'writes'>, run: string, text: string): Promise<void> {
  await writes.log(run, { tags: [{ key: FAULT, value: text }] }).catch((error: unknown) => {
    const status = failureOf(error)?.status ?? 500
    if (status >= 500) throw error
  })
}

type Key = { readonly run: string; readonly attempt: number }
type Done = { get(of: Key): number; set(of: Key, done: number): Promise<void> }

function openDone(db: Database, queue: WriteQueue): Done {
  const read = db
    .prepare<[string, number], number>('SELECT done FROM tracking_lines WHERE run = ? AND attempt = ?')
    .pluck()
  const write = db.prepare<[string, number, number]>(
    'INSERT INTO tracking_lines VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET done = max(done, excluded.done)',
  )
  return {
    get: ({ run, attempt }) => read.get(run, attempt) ?? 0,
    set: ({ run, attempt }, done) => queue.run(() => void write.run(run, attempt, done)),
  }
}
