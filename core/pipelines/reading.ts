import { Problem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import { isFinalRun, isFinalStep } from '#core/contract/events.ts'
import type { Prices } from '#core/contract/prices.ts'
import type { LogPageView, RunView, UsageView } from '#core/contract/run.ts'
import { readPage, readSamples, type LogPage } from '#core/attempts/index.ts'
import { attemptOf } from './find-attempt.ts'
import { attemptFolders } from './attempt-folders.ts'
import { begunRun } from './begun-run.ts'
import { explainStep } from './explain-step.ts'
import { expansionsOf, findRun, findStep } from './find-run.ts'
import type { HistoryStore } from './history-store.ts'
import { openHistory } from './history.ts'
import { itemPage, statusOfUntouched } from './item-page.ts'
import { runOutcome } from './outcome.ts'
import { openPlans } from './plans.ts'
import { runGraph } from './run-graph.ts'
import { provenanceVerb } from './provenance.ts'
import type { RunStore } from './run-store.ts'
import type { ArtifactFile, PipelineService, StepAddress } from './service-types.ts'
import { stepDetail } from './step-detail.ts'
import type { Targets } from './targets.ts'
import { usageVerbs } from './usage-verbs.ts'
import { artifactRows, runView } from './views.ts'

type Reading = Pick<
  PipelineService,
  | 'show'
  | 'begun'
  | 'graph'
  | 'items'
  | 'detail'
  | 'explain'
  | 'provenance'
  | 'outcome'
  | 'events'
  | 'log'
  | 'usage'
  | 'runUsage'
  | 'history'
  | 'applyUsage'
  | 'artifacts'
  | 'artifactFiles'
>
type Options = {
  readonly home: string
  readonly store: RunStore
  readonly history: HistoryStore
  readonly targets: Targets
  readonly now: () => number
  readonly prices: () => Prices | null
}

/** The verbs that only look. */
export function readingVerbs(options: Options): Reading {
  const { store } = options
  const plans = openPlans()
  return {
    graph: (run) => runGraph(store, plans, run),
    items: (address, page) => itemPage(store, address, page),
    show: (run) => showRun(store, run),
    begun: (run) => begunRun(store, run),
    detail: (address) => stepDetail(store, plans, address),
    explain: (address, attempt) => explainStep(options, address, attempt),
    provenance: provenanceVerb(store, plans),
    outcome: (run) => runOutcome(store, run),
    events: (run, from, limit) => store.events(findRun(store, run).id, Math.max(1, from), limit),
    log: (address, range) => readLog(options, address, range),
    usage: (address, attempt) => readUsage(options, address, attempt),
    ...usageVerbs(options, plans),
    history: openHistory({ history: options.history, store, plans }),
    artifacts(id) {
      const run = findRun(store, id)
      const isFanOut = (step: string): boolean => (run.definition.steps[step]?.forEach.length ?? 0) > 0
      return artifactRows(run.id, store.steps(run.id), isFanOut)
    },
    artifactFiles: (address, output) => artifactFiles(store, address, output),
  }
}

/** The public object of a run. */
export function showRun(store: RunStore, id: string): RunView {
  const run = findRun(store, id)
  return runView(run, store.steps(run.id), { of: expansionsOf(store, run), untouched: statusOfUntouched(store, run) })
}

function artifactFiles(store: RunStore, address: StepAddress, output: string): readonly ArtifactFile[] {
  const record = findStep(store, address).row?.outputs[output]
  if (record === undefined) {
    throw new Problem('not_found', `step ${address.step} has no output "${output}": minisub artifacts lists them`)
  }
  if (record.kind === 'folder') return record.files
  if (record.kind === 'file') return [{ ...record, path: '' }]
  throw new Problem('not_found', `the output "${output}" is a value, not a file: minisub show prints it`)
}

type LogRange = Parameters<PipelineService['log']>[1]

async function readLog({ home, store, targets }: Options, address: StepAddress, range: LogRange): Promise<LogPageView> {
  const { run, row, definition } = findStep(store, address)
  const latest = row?.attempts ?? 0
  const attempt = range.attempt ?? latest
  const over = isFinalRun(run.status) || (row !== undefined && isFinalStep(row.status)) || attempt < latest
  const found = attemptOf(store, address, range.attempt)
  if (found === undefined) return { lines: [], next: 0, end: over, attempt: 0 }
  // What the core does prints nothing.
  if (isRecordStep(definition)) return { lines: [], next: 0, end: over, attempt }
  const page = await readAttempt({ home, targets }, { ...found, over }, range)
  const lines = page.lines.map((line) => ({ ...line, time: new Date(line.time).toISOString() }))
  return { lines, next: page.next, end: page.end && over, attempt }
}

type Attempt = NonNullable<ReturnType<typeof attemptOf>> & { readonly over: boolean }

/** Of a cluster what was taken to this machine is read, after what is new was taken. */
async function readAttempt(
  { home, targets }: Pick<Options, 'home' | 'targets'>,
  { row, address, over }: Attempt,
  { from, maxBytes }: LogRange,
): Promise<LogPage> {
  const { control } = attemptFolders(home, address)
  const target = targets.get(row.target)
  if (target?.kind === 'local') return target.runtime.readLog(control, from, maxBytes)
  await target?.takeLog({ ...address, frozen: row.frozen }, over)
  const { more, ...page } = readPage(control, from, maxBytes)
  return { ...page, end: !more }
}

/** Samples that a runtime took, whichever it was. */
function readUsage(options: Pick<Options, 'home' | 'store'>, address: StepAddress, attempt?: number): UsageView {
  const found = attemptOf(options.store, address, attempt)
  const samples = found === undefined ? [] : readSamples(attemptFolders(options.home, found.address).control)
  return { samples: samples.map((sample) => ({ ...sample, time: new Date(sample.time).toISOString() })) }
}
