import type { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { RecordReader, type RunnerEnd, type RunnerRecord } from '#core/attempts/index.ts'
import { FrameReader, FRAME_STREAMS } from './frames.ts'
import type { LogWriter } from '#core/attempts/index.ts'

/** What the runner itself says when it cannot work, such as the loader's complaint: the end of it is kept. */
const STDERR_CHARACTERS = 2_000

export type LogReading = {
  /** The runner's last record; undefined where the stream ended without. */
  readonly end: RunnerEnd | undefined
  /** What was on the runner's own stderr. */
  readonly stderr: string
}

export type ReadOptions = {
  readonly writer: LogWriter
  readonly onStarted: (time: number) => void
  /** The engine has answered. */
  readonly onOpen: () => void
  readonly signal: AbortSignal
  /** Resolves when the container has ended: a stream that stays open and quiet after that is given up. */
  readonly ended: Promise<void>
}

/** Engines were seen to leave the stream of an ended container open. */
const QUIET_MS = 2_000

/**
 * Reads a container's log from its beginning, to the runner's last record or the end of the stream, whichever is
 * first. A container that is still running is followed. Throws what docker-modem throws, and AbortError.
 */
export async function readContainerLog(container: Dockerode.Container, options: ReadOptions): Promise<LogReading> {
  const { writer, signal, ended, onStarted, onOpen } = options
  const stream = await container.logs({ follow: true, stdout: true, stderr: true, abortSignal: signal })
  const readable = stream as Readable
  // the request's own signal covers only the time until the answer begins
  const abort = (): void => void readable.destroy()
  signal.addEventListener('abort', abort, { once: true })
  writer.rewind()
  onOpen()
  const watch = quietWatch(readable, ended)
  try {
    return await readStream(watch.untilGivenUp(), { writer, onStarted, heard: watch.heard })
  } finally {
    watch.stop()
    signal.removeEventListener('abort', abort)
    readable.destroy()
    writer.flush()
    signal.throwIfAborted()
  }
}

type QuietWatch = {
  /** The chunks of the stream; one that was given up just ends. */
  readonly untilGivenUp: () => AsyncIterable<Buffer>
  readonly heard: () => void
  readonly stop: () => void
}

/** Ends a stream that brings nothing for a while although the container has ended. */
function quietWatch(stream: Readable, ended: Promise<void>): QuietWatch {
  let timer: NodeJS.Timeout | undefined
  let isWatching = true
  let isGivenUp = false
  const giveUp = (): void => {
    isGivenUp = true
    stream.destroy()
  }
  const watch = (): void => {
    if (isWatching) timer = setTimeout(giveUp, QUIET_MS)
  }
  void ended.then(watch)
  return {
    async *untilGivenUp() {
      try {
        yield* stream as AsyncIterable<Buffer>
      } catch (error) {
        if (!isGivenUp) throw error
      }
    },
    heard: () => void timer?.refresh(),
    stop() {
      isWatching = false
      clearTimeout(timer)
    },
  }
}

async function readStream(
  stream: AsyncIterable<Buffer>,
  { writer, onStarted, heard }: Pick<ReadOptions, 'writer' | 'onStarted'> & { readonly heard: () => void },
): Promise<LogReading> {
  const [frames, records] = [new FrameReader(), new RecordReader()]
  let stderr = ''
  let end: RunnerEnd | undefined
  const take = (record: RunnerRecord): void => {
    writer.take(record)
    if (record.kind === 'started') onStarted(record.time)
    else if (record.kind === 'end') end = record.end
  }
  for await (const chunk of stream) {
    heard()
    for (const { stream: number, payload } of frames.push(chunk)) {
      if (number === FRAME_STREAMS.stderr) stderr = (stderr + payload.toString('utf8')).slice(-STDERR_CHARACTERS)
      else for (const record of records.push(payload)) take(record)
    }
    writer.flush()
    if (end !== undefined) break
  }
  return { end, stderr }
}
