import { Problem } from '#core/base/problem.ts'
import type { RunStatus } from '#core/contract/events.ts'
import type { RunView } from '#core/contract/run.ts'
import { checkRequest, processTarget } from '#core/pipelines/index.ts'
import type { Runs } from './begin-run.ts'

/** Nothing is started here. */
const NO_RUNTIME = {} as Parameters<typeof processTarget>[0]

type FakeRun = {
  status: RunStatus
  readonly createdBy: string
  readonly parameters: object
  /** When it began, by the clock of the test. */
  readonly at: number
}

/** Runs in memory, which begin at once and go on until the test ends them. A file with `broken` in its path is refused. */
export type FakeRuns = Runs & {
  readonly all: Map<string, FakeRun>
  /** Runs that somebody waits for. */
  readonly awaited: Map<string, () => void>
  /** What happens around the moment in which a run comes to be. */
  readonly hooks: { before?: (run: string) => unknown; after?: (run: string) => unknown }
  end(run: string, status?: RunStatus): void
}

export function createFakeRuns(now: () => number): FakeRuns {
  const all = new Map<string, FakeRun>()
  const awaited = new Map<string, () => void>()
  const hooks: FakeRuns['hooks'] = {}
  const show = (run: string): RunView => {
    const found = all.get(run)
    if (found === undefined) throw new Problem('not_found', 'there is no such run')
    const { status } = found
    const none = { startedAt: null, finishedAt: null, outputs: {}, steps: [] }
    return { id: run, pipeline: 'wine', pipelineDigest: '', target: 'process', status, ...none }
  }
  return {
    all,
    awaited,
    hooks,
    show,
    check: (asked) =>
      checkRequest(asked, {
        // That `lab` is a cluster is only seen where it is asked to start something.
        targets: new Map(['process', 'lab'].map((name) => [name, processTarget(NO_RUNTIME)])),
        secrets: { read: () => Promise.resolve(undefined) },
      }),
    async start({ file, parameters = {} }, _, origin) {
      if (origin === undefined) throw new Error('no origin')
      if (file.includes('broken')) throw new Problem('document_invalid', 'it is broken: mend it')
      await hooks.before?.(origin.id)
      if (all.has(origin.id)) throw new Error('started twice')
      all.set(origin.id, { status: 'running', createdBy: origin.createdBy, parameters, at: now() })
      await hooks.after?.(origin.id)
      return show(origin.id)
    },
    cancel: async (run) => {
      if (all.get(run)?.status !== 'running') throw new Problem('conflict', 'it is over')
    },
    subscribe(run, listener) {
      awaited.set(run, () => listener([{ kind: 'run.finished', seq: 1, at: 0, status: 'cancelled', outputs: {} }]))
      return () => void awaited.delete(run)
    },
    end(run, status = 'succeeded') {
      const found = all.get(run)
      if (found !== undefined) found.status = status
      awaited.get(run)?.()
    },
  }
}
