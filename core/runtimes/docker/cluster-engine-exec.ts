import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { systemCode } from '#core/files/index.ts'
import type { ExecResult } from '#core/runtimes/cluster-engine.ts'
import { Problem } from '../../base/problem.ts'
import { missingFault } from './cluster-engine-containers.ts'
import { FrameReader, FRAME_STREAMS } from './frames.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

type ExecOptions = {
  readonly container: string
  readonly command: readonly string[]
  readonly stdin?: AsyncIterable<Uint8Array> | string
  readonly signal?: AbortSignal
}

/** No list of a node is near that. */
const MOST_BYTES = 32_000_000
const FIRST_LOOK_MS = 10
const LONGEST_LOOK_MS = 500

/**
 * Runs a program in a container that runs, and resolves when it has ended. Throws Problem `not_found` where there is no
 * such container and `conflict` where it does not run; what `stdin` throws; the signal's reason when that aborts: the
 * program then meets the end of its input, and no engine can end it.
 */
export async function execIn(client: Dockerode, options: ExecOptions): Promise<ExecResult> {
  const { signal, stdin } = options
  signal?.throwIfAborted()
  const exec = await begin(client, options)
  const stream = await exec.start({ hijack: true, stdin: true })
  const abort = (): void => void stream.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    signal?.throwIfAborted()
    const ended = outputOf(stream)
    // A program that ends first is not waited for until its input is there.
    const output = await Promise.race([ended, feed(stream, stdin).then(() => ended)])
    signal?.throwIfAborted()
    return { ...output, code: await exitCode(exec, signal) }
  } catch (error) {
    signal?.throwIfAborted()
    throw missingFault(error, options.container)
  } finally {
    signal?.removeEventListener('abort', abort)
    stream.destroy()
  }
}

async function begin(client: Dockerode, { container, command, stdin }: ExecOptions): Promise<Dockerode.Exec> {
  try {
    return await client.getContainer(container).exec({
      Cmd: [...command],
      AttachStdin: stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
    })
  } catch (error) {
    if (statusOf(error) !== 409) throw missingFault(error, container)
    const message = `the container ${container} does not run (${reasonOf(error)}): start the cluster, then try again`
    throw new Problem('conflict', message, { cause: error })
  }
}

/** Taken as it comes: a program that ends before it has read its input tells why before its connection breaks. */
function outputOf(stream: Duplex): Promise<Pick<ExecResult, 'stdout' | 'stderr'>> {
  const frames = new FrameReader()
  const parts: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] }
  const { promise, resolve, reject } = Promise.withResolvers<Pick<ExecResult, 'stdout' | 'stderr'>>()
  const end = (): void => {
    if (frames.isTorn) reject(new Error('the output of the program was cut off by the container engine'))
    resolve({ stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() })
  }
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    try {
      bytes += chunk.length
      if (bytes > MOST_BYTES)
        throw new Problem('cluster_unusable', 'the node prints without end: use another image of nodes')
      for (const { stream: number, payload } of frames.push(chunk)) {
        parts[number === FRAME_STREAMS.stderr ? 'stderr' : 'stdout'].push(Buffer.from(payload))
      }
    } catch (error) {
      reject(error)
    }
  })
  // EPIPE: it has ended without all of its input, which its exit code tells of
  stream.on('error', (error) => (systemCode(error) === 'EPIPE' ? end() : reject(error)))
  stream.on('end', end)
  stream.on('close', end)
  return promise
}

/** Writes the input and ends it; stops where the program has ended before. */
async function feed(stream: Duplex, stdin: ExecOptions['stdin']): Promise<void> {
  try {
    for await (const piece of typeof stdin === 'string' ? [stdin] : (stdin ?? [])) {
      if (!stream.writable) return
      if (!stream.write(piece)) await drained(stream)
    }
    if (stdin !== undefined) stream.end()
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

async function drained(stream: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const events = ['drain', 'close', 'error', 'end'] as const
  for (const event of events) stream.once(event, resolve)
  await promise
  for (const event of events) stream.off(event, resolve)
}

/** A program may close its output long before it ends. */
async function exitCode(exec: Dockerode.Exec, signal: AbortSignal | undefined): Promise<number> {
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_LOOK_MS, wait * 2)) {
    const { Running, ExitCode } = await exec.inspect()
    if (!Running && ExitCode !== null) return ExitCode
    await sleep(wait, undefined, { signal })
  }
}
