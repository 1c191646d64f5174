import { EXIT } from './exit-codes.ts'

/** The wish to stop. The first Ctrl-C (or SIGTERM) aborts the signal, the second ends the process at once. */
export type Interrupt = Disposable & { readonly signal: AbortSignal }

/** Listens until disposed. */
export function openInterrupt(): Interrupt {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.cancelled)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.removeListener('SIGINT', onSignal)
      process.removeListener('SIGTERM', onSignal)
    },
  }
}
