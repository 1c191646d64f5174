import { z } from 'zod'

/** One message of an engine that pulls or builds. */
export type EngineMessage = {
  readonly status?: string | undefined
  /** The layer that it is about. */
  readonly id?: string | undefined
  readonly progressDetail?: { readonly current?: number | undefined; readonly total?: number | undefined } | undefined
  /** A piece of a build's log, not always a whole line. */
  readonly stream?: string | undefined
  /** What went wrong; nothing good follows. */
  readonly error?: string | undefined
  readonly aux?: unknown
}

const count = z.number().nonnegative().optional().catch(undefined)
const text = z.string().optional().catch(undefined)
const message = z.object({
  status: text,
  id: text,
  progressDetail: z.object({ current: count, total: count }).optional().catch(undefined),
  stream: text,
  error: text,
  errorDetail: z.object({ message: text }).optional().catch(undefined),
  aux: z.unknown().optional(),
})

const NEWLINE = 0x0a

/**
 * The messages of a stream of JSON lines, whatever way its bytes are cut. A line that is no JSON object is a message
 * with an `error`, as is one that was cut off at the end.
 */
export async function* engineMessages(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<EngineMessage> {
  let pieces: Uint8Array[] = []
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      pieces.push(bytes.subarray(start, end))
      yield* readLine(Buffer.concat(pieces))
      pieces = []
      start = end + 1
    }
    if (start < bytes.length) pieces.push(bytes.subarray(start))
  }
  yield* readLine(Buffer.concat(pieces))
}

/** Only whole lines are decoded, so no character is ever cut in two. */
function* readLine(bytes: Buffer): Generator<EngineMessage> {
  const line = bytes.toString('utf8').trim()
  if (line === '') return
  const parsed = message.safeParse(parseJson(line))
  if (!parsed.success) {
    yield { error: `the engine sent what is no message: ${line.slice(0, 200)}` }
    return
  }
  const { errorDetail, ...rest } = parsed.data
  yield { ...rest, error: errorDetail?.message ?? rest.error }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // not JSON: the schema refuses it
    return undefined
  }
}
