import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { ConformanceReport, ConformanceResult } from '#core/contract/conformance.ts'
import { removeTree } from '#core/files/index.ts'
import type { Case, ConformanceEngine } from './case.ts'
import { countsOf } from './counts.ts'
import { runCase } from './run-case.ts'

/** Opens a private engine on a data folder that is there and empty. */
export type OpenConformanceEngine = (home: string) => Promise<ConformanceEngine>

export type SuiteOptions = {
  readonly target: string
  readonly cases: readonly Case[]
  readonly open: OpenConformanceEngine
  /** In which everything is done; made where it is missing, and nothing is left there. */
  readonly folder: string
  /** Of Mini-Submarine. */
  readonly version: string
  /** How many cases are played at once. */
  readonly atOnce?: number
  /** Step keys of cases on other targets, which must be the same here. */
  readonly known?: ReadonlyMap<string, KnownKeys>
  readonly onCase?: ((result: ConformanceResult) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** `keys` of a case that passed on a target. */
export type KnownKeys = { readonly target: string; readonly keys: string }

/** More cases than processors: many only wait. */
const AT_ONCE = 6
/** What folders of comparisons that go on are called. */
export const WORK_PREFIX = 'work-'
const SWEEP_MS = 120_000
const LOOK_MS = 20

/**
 * Compares a target with cases. Every run that was started is over and every folder gone when it resolves or rejects.
 * Throws the reason of the signal, what keeps the engine from being opened, Problem `not_supported` for a target that
 * there is not, and `engine_unavailable` for one that cannot start anything now.
 */
export async function runConformance(options: SuiteOptions): Promise<ConformanceReport> {
  const { target, cases, version, signal } = options
  const startedAt = new Date().toISOString()
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const root = await mkdtemp(join(options.folder, WORK_PREFIX))
  try {
    for (const name of ['home', 'cases']) await mkdir(join(root, name), { mode: 0o700 })
    await using engine = await options.open(join(root, 'home'))
    await checkTarget(engine, target)
    const results = await playSwept(engine, root, options)
    const order = new Map(cases.map(({ name }, index) => [name, index]))
    const sorted = results.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0))
    signal?.throwIfAborted()
    return { target, version, startedAt, finishedAt: new Date().toISOString(), ...countsOf(sorted), cases: sorted }
  } finally {
    await removeTree(root)
  }
}

async function playSwept(engine: ConformanceEngine, root: string, options: SuiteOptions): Promise<ConformanceResult[]> {
  try {
    return await playAll(engine, root, options)
  } finally {
    await untilSwept(engine)
  }
}

async function checkTarget({ service }: ConformanceEngine, target: string): Promise<void> {
  const targets = await service.targets()
  const found = targets.find(({ name }) => name === target)
  if (found === undefined) {
    const hint = didYouMean(
      target,
      targets.map(({ name }) => name),
    )
    throw new Problem('not_supported', `there is no target "${target}"${hint}`, { path: 'target' })
  }
  if (found.status !== 'ready') throw new Problem('engine_unavailable', found.reason ?? `${target} is unavailable`)
}

/** Resolves when nothing of any run is left: a run is swept just after its last event. */
export async function untilSwept({ service }: ConformanceEngine): Promise<void> {
  for (const deadline = Date.now() + SWEEP_MS; service.activeRuns() > 0; await sleep(LOOK_MS)) {
    if (Date.now() > deadline) throw new Error(`${service.activeRuns()} runs of the suite could not be swept`)
  }
}

/** Slow cases begin first; as many at once as is wanted. The first bug ends it, once all that goes on has ended. */
async function playAll(engine: ConformanceEngine, root: string, options: SuiteOptions): Promise<ConformanceResult[]> {
  const { cases, onCase, atOnce = AT_ONCE } = options
  const waiting = cases.toSorted((a, b) => Number(b.slow ?? false) - Number(a.slow ?? false))
  const fault = new AbortController()
  const signal = AbortSignal.any([fault.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const results: ConformanceResult[] = []
  const work = async (): Promise<void> => {
    for (let it = waiting.shift(); it !== undefined && !signal.aborted; it = waiting.shift()) {
      const played = await playOne(it, { engine, target: options.target, folder: join(root, 'cases', it.name), signal })
      const result = compareKeys(played, options.known?.get(it.name))
      results.push(result)
      onCase?.(result)
    }
  }
  const workers = Array.from({ length: atOnce }, () =>
    work().catch((error: unknown) => {
      fault.abort(error)
      throw error
    }),
  )
  const ends = await Promise.allSettled(workers)
  signal.throwIfAborted()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}

/** A case whose steps have other keys than elsewhere has failed: targets would not share a cache. */
function compareKeys(result: ConformanceResult, known: KnownKeys | undefined): ConformanceResult {
  if (result.status !== 'passed' || known === undefined || known.keys === result.keys) return result
  const reason = `its step keys are not those that it had on ${known.target}: what a step is must not depend on the target`
  return { ...result, status: 'failed', reason }
}

async function playOne(it: Case, options: Parameters<typeof runCase>[1]): Promise<ConformanceResult> {
  const began = performance.now()
  await mkdir(options.folder)
  const outcome = await runCase(it, options)
  await removeTree(options.folder)
  return {
    name: it.name,
    group: it.group,
    description: it.description,
    ...outcome,
    seconds: Math.round(performance.now() - began) / 1000,
    finishedAt: new Date().toISOString(),
  }
}
