import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Conformance, ConformanceEngine, ConformanceVerbs } from '#core/conformance/index.ts'
import type { Settings } from '#core/settings/index.ts'
import { openEngine } from './engine.ts'
import { lazily } from './lazy.ts'

type EngineOptions = {
  /** Of the user: a private engine uses the same container engine. */
  readonly settings: Settings
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Options = EngineOptions & {
  readonly home: string
  /** Of Mini-Submarine. */
  readonly version: string
}

/** Opens private engines for the suite: with the user's settings, and with secrets that stay in their own folder. */
export function privateEngines({ settings, onError }: EngineOptions): (home: string) => Promise<ConformanceEngine> {
  return (home) => {
    const engine = openEngine(home, { settings, onError, keychain: false })
    return Promise.resolve({
      service: engine.service,
      setSecret: async (secret, key, value) => {
        await engine.secrets.set(secret, key, value)
      },
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    })
  }
}

/** Whether a comparison that did not end has left its folder. */
function hasWork(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('work-'))
}

/** So long after it opened a core looks for what an earlier comparison left: others come first. */
const LEFTOVERS_MS = 2_000

/**
 * The suite, which is large and seldom asked for: it is loaded by the first question, or a while after a start where an
 * earlier comparison may have left something.
 */
export function lazyConformance(options: Options): ConformanceVerbs & AsyncDisposable {
  const { home, version, onError } = options
  let opened: Promise<Conformance> | undefined
  const get = lazily(() => {
    opened = import('#core/conformance/index.ts').then(({ openConformance }) =>
      openConformance({ home, version, onError, open: privateEngines(options) }),
    )
    return opened
  })
  const look = (): void => {
    if (hasWork(join(home, 'conformance'))) get().catch(onError)
  }
  const timer = setTimeout(look, LEFTOVERS_MS).unref()
  return {
    show: async () => (await get()).show(),
    run: async (wanted, progress) => (await get()).run(wanted, progress),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await (await opened)?.[Symbol.asyncDispose]()
    },
  }
}
