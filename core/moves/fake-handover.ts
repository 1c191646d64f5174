import { Problem } from '#core/base/problem.ts'
import { isFinalRun, type Moved, type RunStatus } from '#core/contract/events.ts'
import type { RunView } from '#core/contract/run.ts'
import type { RunHandover } from '#core/pipelines/index.ts'

type FakeRun = { target: string; status: RunStatus; leaving: Moved | null; wait: boolean }

/** Runs of which each lives as long as a test wants. They outlive whoever moves them. */
export type FakeHandover = RunHandover & {
  readonly runs: Map<string, FakeRun>
  /** What was done, in order, such as `check r lab`. */
  readonly done: string[]
  /** Awaited in each part; what it throws is thrown there. */
  gate: (part: 'check' | 'leave' | 'begin', signal: AbortSignal | undefined) => Promise<void>
  end(run: string, status: RunStatus): void
  /** By hand. */
  cancel(run: string): Promise<void>
  show(run: string): RunView
}

const hasTarget = (name: string): boolean => ['process', 'docker', 'lab'].includes(name)

export function openFakeHandover(): FakeHandover {
  const [runs, done, waiting] = [new Map<string, FakeRun>(), new Array<string>(), new Set<() => void>()]
  const runOf = (id: string): FakeRun => {
    const found = runs.get(id)
    if (found === undefined) throw new Problem('not_found', `there is no run ${id}: minisub runs lists them`)
    return found
  }
  const fake: FakeHandover = {
    runs,
    done,
    gate: () => Promise.resolve(),
    end(run, status) {
      runOf(run).status = status
      for (const look of waiting) look()
    },
    async cancel(run) {
      const it = runOf(run)
      if (isFinalRun(it.status)) throw new Problem('conflict', `run ${run} is over (${it.status})`)
      it.leaving = null
      fake.end(run, 'cancelled')
    },
    find: (id) => ({ id, pipeline: 'p', ...runOf(id) }),
    hasTarget,
    async check({ run, target }, { signal, onLine }) {
      onLine?.(`uploading for ${target}`)
      done.push(`check ${run} ${target}`)
      await fake.gate('check', signal)
    },
    async leave(run, to, { wait }) {
      done.push(`leave ${run}${wait ? ' wait' : ''}`)
      await fake.gate('leave', undefined)
      const it = runOf(run)
      if (isFinalRun(it.status)) return
      it.leaving ??= to
      if (!wait) fake.end(run, 'cancelled')
    },
    isLeaving: (run, to) => runOf(run).leaving?.run === to.run,
    over: (run, { signal }) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const { status } = runOf(run)
          if (isFinalRun(status)) resolve(status)
        }
        waiting.add(look)
        signal.addEventListener('abort', () => reject(signal.reason))
        look()
      }),
    async begin({ run, target }, { id }, { signal }) {
      await fake.gate('begin', signal)
      if (!runs.has(id)) {
        done.push(`begin ${id} of ${run} on ${target}`)
        runs.set(id, { target, status: 'running', leaving: null, wait: false })
      }
      return fake.show(id)
    },
    show: (run) => viewOf(run, runOf(run)),
  }
  return fake
}

function viewOf(id: string, { target, status }: FakeRun): RunView {
  return {
    id,
    pipeline: 'p',
    pipelineDigest: 'd',
    target,
    status,
    startedAt: null,
    finishedAt: null,
    outputs: {},
    steps: [],
  }
}
