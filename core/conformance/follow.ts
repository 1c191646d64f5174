import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { PipelineService, StepAddress } from '#core/pipelines/index.ts'
import { addressOf } from './check-log.ts'

const LOOK_MS = 20
const PAGE_BYTES = 65_536
const MOST_EVENTS = 10_000

/** Resolves when a run is final. Throws the reason of the signal. */
export async function untilEnd(service: PipelineService, run: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = (): void => reject(reasonOf(signal))
  const stop = service.subscribe(run, (events) => {
    if (events.some(({ kind }) => kind === 'run.finished')) resolve()
  })
  signal.addEventListener('abort', giveUp)
  try {
    if (!isFinalRun(service.show(run).status)) await promise
  } finally {
    signal.removeEventListener('abort', giveUp)
    stop()
  }
}

/**
 * Resolves when a step run has printed a line, and is known to have started: of pods a log may come before that. Or when the
 * run is over without. Throws the reason of the signal.
 */
export async function untilSays(
  service: PipelineService,
  { run, step: name, says }: { readonly run: string; readonly step: string; readonly says: string },
  signal: AbortSignal,
): Promise<void> {
  const { step, item } = addressOf(name)
  while (!isFinalRun(service.show(run).status)) {
    const lines = await service
      .log({ run, step, item }, { from: 0, maxBytes: PAGE_BYTES })
      .then((page) => page.lines, nothingYet)
    if (lines.some(({ text }) => text === says) && hasStarted(service, { run, step, item })) return
    await sleep(LOOK_MS, undefined, { signal })
  }
}

/** Whether an attempt of a step run is known to have begun. */
function hasStarted(service: PipelineService, { run, step, item }: StepAddress): boolean {
  const events = service.events(run, 1, MOST_EVENTS)
  return events.some((event) => event.kind === 'attempt.started' && event.step === step && event.item === item)
}

/** Cancels what is not over, and waits until it is. */
export async function endAll(service: PipelineService, runs: readonly string[], signal: AbortSignal): Promise<void> {
  for (const run of runs) {
    if (isFinalRun(service.show(run).status)) continue
    await service.cancel(run).catch(unlessOver)
    await untilEnd(service, run, signal)
  }
}

/** Items are there once their fan-out has begun. */
function nothingYet(error: unknown): [] {
  if (isProblem(error) && error.code === 'not_found') return []
  throw error
}

/** It may have ended by itself just before. */
function unlessOver(error: unknown): void {
  if (!isProblem(error) || error.code !== 'conflict') throw error
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('given up', 'AbortError')
}
