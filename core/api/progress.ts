import type { Problem } from '#core/base/problem.ts'
import { NDJSON } from '#core/contract/http.ts'
import type { HandlerContext } from './handler.ts'

/** Clients and proxies give up on a silent connection after minutes; an empty line in between keeps it. */
const HEARTBEAT_MS = 15_000

/** Lines for a reader that leaves more bytes than this waiting are dropped; the result is not. */
const MOST_WAITING = 1_048_576

type Work = {
  readonly run: (context: HandlerContext) => Promise<unknown>
  readonly problemFor: (error: unknown) => Problem
}

/** Answers with `{"line": …}` for each line of progress, and last with `{"result": …}` or `{"problem": …}`. */
export async function sendProgress({ run, problemFor }: Work, context: HandlerContext): Promise<void> {
  const { outgoing } = context
  const write = (message: object) => outgoing.write(`${JSON.stringify(message)}\n`)
  outgoing.writeHead(200, { 'Content-Type': NDJSON })
  outgoing.write('\n')
  const isSlow = () => outgoing.writableLength > MOST_WAITING
  const heartbeat = setInterval(() => isSlow() || outgoing.write('\n'), HEARTBEAT_MS)
  try {
    const result = await run({ ...context, onLine: (line) => void (isSlow() || write({ line })) })
    write({ result: result ?? null })
  } catch (error) {
    write({ problem: problemFor(error).toJSON() })
  } finally {
    clearInterval(heartbeat)
    outgoing.end()
  }
}

/** Whether an Accept header asks for the progress of a call. */
export function wantsProgress(accept: string | undefined): boolean {
  return accept?.split(',').some((type) => type.split(';')[0]?.trim().toLowerCase() === NDJSON) === true
}
