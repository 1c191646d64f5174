import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateEngines } from '#core/conformance-engine.ts'
import type { Case, OpenConformanceEngine } from '#core/conformance/index.ts'
import { runConformance } from '#core/conformance/index.ts'
import type { ConformanceResult } from '#core/contract/conformance.ts'
import { removeTree } from '#core/files/index.ts'
import { openSettings } from '#core/settings/index.ts'
import { openLabUser } from '#test/support/lab-target.ts'

/** A suite that plays: one promise for each case. Disposing gives it up and waits until nothing of it is left. */
export type PlayingSuite = AsyncDisposable & {
  /** What became of a case. Rejects with what ended the suite before it. */
  result(name: string): Promise<ConformanceResult>
  /** What no case waits for. */
  readonly errors: readonly unknown[]
}

export type PlayOptions = {
  readonly wrap?: (open: OpenConformanceEngine) => OpenConformanceEngine
}

/** Plays cases on a target in a folder of its own, with a private engine as the product has it. */
export async function playSuite(
  target: string,
  cases: readonly Case[],
  { wrap = (open) => open }: PlayOptions = {},
): Promise<PlayingSuite> {
  const folder = await mkdtemp(join(tmpdir(), 'minisub-suite-'))
  const errors: unknown[] = []
  const giveUp = new AbortController()
  const results = new Map(cases.map(({ name }) => [name, Promise.withResolvers<ConformanceResult>()]))
  const onError = (error: unknown): void => void errors.push(error)
  const user = target === 'lab' ? await openLabUser('conformance') : undefined
  const clusters = user === undefined ? {} : { clusters: user }
  const open = wrap(privateEngines({ settings: openSettings(folder), onError, ...clusters }))
  const work = runConformance({
    target,
    cases,
    open,
    folder,
    version: 'test',
    signal: giveUp.signal,
    onCase: (result) => results.get(result.name)?.resolve(result),
  })
  const over = work.then(
    () => undefined,
    (error: unknown) => {
      for (const { promise, reject } of results.values()) {
        promise.catch(() => undefined)
        reject(error)
      }
    },
  )
  return {
    errors,
    result: (name) => results.get(name)?.promise ?? Promise.reject(new Error(`there is no case ${name}`)),
    [Symbol.asyncDispose]: async () => {
      giveUp.abort()
      await over
      await user?.[Symbol.asyncDispose]()
      await removeTree(folder)
    },
  }
}
