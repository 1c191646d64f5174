import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { ConformanceReport, ConformanceResult, ConformanceView } from '#core/contract/conformance.ts'
import { clearLeftovers } from './leftovers.ts'
import { keepReport, knownKeys, mergeReports, readReports } from './report-files.ts'
import { runConformance, type OpenConformanceEngine } from './run-suite.ts'
import { CASES, caseView, chooseCases } from './suite.ts'

export type ConformanceOptions = {
  /** The data folder; everything lies in its folder `conformance`. */
  readonly home: string
  /** Of Mini-Submarine. */
  readonly version: string
  readonly open: OpenConformanceEngine
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** Compares targets with the suite. Disposing gives up what goes on and waits until nothing of it is left. */
export type Conformance = AsyncDisposable & {
  show(): ConformanceView
  /**
   * Plays cases (all where `only` is absent) on a target, a line for each. The report is kept; that of some cases is
   * laid over the earlier one of this version. Throws Problem `conflict` while the target is being compared, `not_found`,
   * `not_supported`, `engine_unavailable`, and the reason of the signal; then nothing is kept.
   */
  run(
    wanted: { readonly target: string; readonly only?: readonly string[] | undefined },
    progress: { readonly onLine?: (line: string) => void; readonly signal?: AbortSignal },
  ): Promise<ConformanceReport>
  /** How many comparisons go on. */
  activeCount(): number
}

/** What a server needs of it, which may be loaded when it is first asked. */
export type ConformanceVerbs = Pick<Conformance, 'run'> & { show(): ConformanceView | Promise<ConformanceView> }

type Running = { readonly startedAt: string; readonly total: number; readonly done: ConformanceResult[] }

/** Opens it, and clears what a core that was killed left of an earlier comparison. */
export function openConformance({ home, version, open, onError }: ConformanceOptions): Conformance {
  const folder = join(home, 'conformance')
  const running = new Map<string, Running>()
  const works = new Set<Promise<unknown>>()
  const closing = new AbortController()
  const cleared = clearLeftovers(folder, open).catch(onError)
  const order = CASES.map(({ name }) => name)
  const play: Conformance['run'] = async ({ target, only }, { onLine, signal }) => {
    const cases = chooseCases(only)
    if (running.has(target)) {
      throw new Problem('conflict', `the target ${target} is being compared already: wait for its end`)
    }
    const state: Running = { startedAt: new Date().toISOString(), total: cases.length, done: [] }
    running.set(target, state)
    try {
      await cleared
      const report = await runConformance({
        target,
        cases,
        open,
        folder,
        version,
        known: knownKeys(readReports(folder), { target, version }),
        signal: AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]),
        onCase: (result) => {
          state.done.push(result)
          onLine?.(lineOf(result))
        },
      })
      const earlier = readReports(folder).find((it) => it.target === target)
      const kept = only === undefined ? report : mergeReports(earlier, report, order)
      keepReport(folder, kept)
      return report
    } finally {
      running.delete(target)
    }
  }
  return {
    show: () => ({
      cases: CASES.map(caseView),
      reports: readReports(folder),
      running: [...running].map(([target, state]) => ({ target, ...state, done: [...state.done] })),
    }),
    run: (wanted, progress) => {
      const work = play(wanted, progress)
      works.add(work)
      return work.finally(() => works.delete(work))
    },
    activeCount: () => running.size,
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      await Promise.allSettled([cleared, ...works])
    },
  }
}

/** `failed diamond (1.2 s): wanted …` */
function lineOf({ status, name, seconds, reason }: ConformanceResult): string {
  return `${status} ${name} (${seconds.toFixed(1)} s)${reason === null ? '' : `: ${reason}`}`
}
