import { setTimeout as delay } from 'node:timers/promises'
import { isCoreGone } from '#core/attach/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { CallOptions, Client } from '#core/client/index.ts'
import type { RunView } from '#core/contract/run.ts'
import { connect, ensureCore } from './connect.ts'
import { print, printJson, say, type Context } from './context.ts'
import { openDisplay, type Display } from './display.ts'
import { EXIT, exitCodeOfRun } from './exit-codes.ts'
import { openInterrupt } from './interrupt.ts'
import { failureText, summaryText } from './run-report.ts'

const WATCH_MS = 1_000

/** Begins a run in whatever way and answers with its first view. */
export type Begin = (client: Client, options: CallOptions) => Promise<RunView>

/** Begins a run and shows it to its end, or only its id when `detach`. Resolves to the exit code. */
export async function beginAndFollow(
  begin: Begin,
  options: { readonly detach: boolean },
  context: Context,
): Promise<number> {
  using interrupt = openInterrupt()
  const client = await connect(context.home)
  const view = await beginUnlessInterrupted(
    () => begin(client, { signal: interrupt.signal, onLine: say }),
    interrupt.signal,
  )
  if (view === undefined) {
    say('interrupted while the run was being started: minisub runs shows whether it began')
    return EXIT.cancelled
  }
  // Awaited, since the interrupt is let go when this returns.
  return await showToEnd(client, view, { ...options, signal: interrupt.signal }, context)
}

/** Shows a run that has begun to its end, or only its id when `detach`. Resolves to the exit code. */
export async function showToEnd(
  client: Client,
  view: RunView,
  { detach, signal }: { readonly detach: boolean; readonly signal: AbortSignal },
  context: Context,
): Promise<number> {
  if (detach) {
    await (context.json ? printJson(view) : print(`${view.id}\n`))
    return EXIT.succeeded
  }
  const final = await followRun(client, view, { home: context.home, signal })
  say(await failureText(client, final))
  if (context.json) {
    say(summaryText(final))
    await printJson(final)
  } else await print(summaryText(final))
  return exitCodeOfRun(final.status)
}

async function beginUnlessInterrupted(
  begin: () => Promise<RunView>,
  signal: AbortSignal,
): Promise<RunView | undefined> {
  try {
    return await begin()
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** Shows a run until it is final, over crashes of the core; when the signal fires, cancels it and waits for its end. */
export async function followRun(
  client: Client,
  view: RunView,
  options: { readonly home: string; readonly signal: AbortSignal },
): Promise<RunView> {
  const over = new AbortController()
  const faults: unknown[] = []
  const onFault = (error: unknown): void => {
    faults.push(error)
    over.abort()
  }
  {
    using display = openDisplay(view)
    const watching = keepCoreAlive(options.home, over.signal, display).catch(onFault)
    const cancelling = cancelOnSignal(client, view.id, { ...options, display, over: over.signal }).catch(onFault)
    try {
      for await (const batch of client.events(view.id, 1, over.signal)) display.push(batch)
    } catch (error) {
      // A fault of the other two is why this one ended.
      if (faults.length === 0) faults.push(error)
    }
    over.abort()
    await Promise.all([watching, cancelling])
  }
  if (faults.length > 0) throw faults[0]
  return again(options.home, () => client.showRun({ run: view.id }))
}

/** A core that was killed is started again: it takes the run up where it was. */
async function keepCoreAlive(home: string, over: AbortSignal, display: Display): Promise<void> {
  while (await sleep(WATCH_MS, over)) {
    if (!(await isCoreGone(home)) || over.aborted) continue
    display.note('the core is gone: starting it again')
    await ensureCore(home)
  }
}

type CancelOptions = {
  readonly home: string
  readonly signal: AbortSignal
  readonly display: Display
  readonly over: AbortSignal
}

async function cancelOnSignal(
  client: Client,
  run: string,
  { home, signal, display, over }: CancelOptions,
): Promise<void> {
  if (!signal.aborted) await firstAbort(signal, over)
  if (!signal.aborted) return
  display.note('cancelling; press Ctrl-C again to leave at once, the run then ends by itself')
  try {
    await again(home, () => client.cancelRun({ run }))
  } catch (error) {
    // The run has ended in the meantime, which its last event says better.
    if (!isProblem(error) || error.code !== 'conflict') throw error
  }
}

function firstAbort(...signals: readonly AbortSignal[]): Promise<void> {
  const either = AbortSignal.any([...signals])
  return new Promise((resolve) => {
    if (either.aborted) resolve()
    else either.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Repeats a call that is safe to repeat once more when the core went away under it. */
async function again<Result>(home: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (!isProblem(error) || error.code !== 'core_unreachable') throw error
    await ensureCore(home)
    return call()
  }
}

/** True after the time, false as soon as the signal fires. */
async function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
