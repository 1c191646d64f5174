import { Problem } from '#core/base/problem.ts'
import { ROUTES } from '#core/contract/routes.ts'
import type { LogPageView } from '#core/contract/run.ts'
import { isAbsence, patience } from './patience.ts'
import { call } from './request.ts'
import type { CallInput, ClientOptions } from './types.ts'

type Input = Omit<CallInput<'readLog'>, 'follow'>

/** See `Client.followLog`. */
export async function* followLog(
  options: ClientOptions,
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogPageView> {
  const waiting = patience(options, signal)
  let place: Input = input
  for (;;) {
    const page = await readPage(options, place, signal)
    if (page instanceof Problem) {
      await waiting.wait(page)
      continue
    }
    waiting.reset()
    place = { ...place, attempt: page.attempt, from: page.next }
    if (page.lines.length > 0 || page.end) yield page
    if (page.end) return
  }
}

async function readPage(
  options: ClientOptions,
  place: Input,
  signal: AbortSignal | undefined,
): Promise<LogPageView | Problem> {
  const request = { route: ROUTES.readLog, input: { ...place, follow: true } }
  try {
    return await call(options, request, signal === undefined ? {} : { signal })
  } catch (error) {
    if (error instanceof Problem && isAbsence(error)) return error
    throw error
  }
}
