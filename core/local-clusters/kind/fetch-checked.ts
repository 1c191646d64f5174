import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pastProxies } from '#core/base/past-proxies.ts'
import { formatBytes } from '#core/base/quantity.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import { writeError } from '#core/files/index.ts'

/** `totalBytes` is 0 where the server does not say it. */
export type DownloadProgress = { readonly doneBytes: number; readonly totalBytes: number }

export type CheckedFile = {
  readonly url: string
  /** Where it is put, whole or not at all; its folder is made. What is there is replaced. */
  readonly file: string
  readonly sha256: string
  readonly mode: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: DownloadProgress) => void
  /** Where proxies are named; those of the process where absent. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  /** So long nothing may come; 30 s where absent. */
  readonly silenceMs?: number
}

const MAX_REDIRECTS = 5
const SILENCE_MS = 30_000
/** No release of kind is near that. */
const MAX_BYTES = 200_000_000
const OFFLINE = 'put a kind of your own on PATH, or name a mirror with minisub settings set cluster.kindMirror'

/**
 * Fetches a file through the proxies of the environment, and keeps it only if its sha256 is the expected one. Throws
 * Problem `kind_unavailable`, `disk_full`, or the reason of the signal; then nothing is left of it.
 */
export async function fetchChecked(wanted: CheckedFile): Promise<void> {
  const { url, file, sha256, signal } = wanted
  const part = `${file}.part`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const response = await ask(wanted, new URL(url), MAX_REDIRECTS)
    const found = await keep(response, part, wanted)
    if (found !== sha256) throw new Problem('kind_unavailable', wrongSum({ url, found, sha256 }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    signal.throwIfAborted()
    if (isProblem(error)) throw error
    const full = writeError(error, file)
    if (isProblem(full)) throw full
    const words = error instanceof Error ? error.message : String(error)
    throw new Problem('kind_unavailable', `${url} cannot be fetched (${words}): try again, ${OFFLINE}`, {
      cause: error,
    })
  }
}

/** Writes the bytes to a file and tells their sha256. */
async function keep(response: IncomingMessage, part: string, { mode, signal, onProgress }: CheckedFile) {
  const sum = createHash('sha256')
  const totalBytes = Number(response.headers['content-length'] ?? 0)
  let done = 0
  const count = async function* (bytes: AsyncIterable<Buffer>) {
    for await (const some of bytes) {
      sum.update(some)
      done += some.length
      if (done > MAX_BYTES) throw new Error(`it is larger than ${formatBytes(MAX_BYTES)}`)
      onProgress({ doneBytes: done, totalBytes })
      yield some
    }
  }
  await pipeline(response, count, createWriteStream(part, { mode, flush: true }), { signal })
  return sum.digest('hex')
}

async function ask(wanted: CheckedFile, url: URL, redirects: number): Promise<IncomingMessage> {
  const response = await begin(wanted, url)
  const { statusCode = 0, headers } = response
  if (statusCode === 200) return response
  response.destroy()
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined && redirects > 0) {
    return ask(wanted, new URL(headers.location, url), redirects - 1)
  }
  throw new Error(`the server answers ${statusCode}`)
}

function begin(
  { signal, variables = process.env, silenceMs = SILENCE_MS }: CheckedFile,
  url: URL,
): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error(`${url.protocol} is neither https nor http`)
  const { Agent, get } = url.protocol === 'https:' ? https : http
  const agent = new Agent({ proxyEnv: { ...variables, ...pastProxies(variables) } })
  return new Promise((resolve, reject) => {
    let open: Pick<IncomingMessage, 'destroy'> | undefined
    const request = get(url, { agent, signal, headers: { 'user-agent': 'mini-submarine' } }, (response) => {
      open = response
      resolve(response)
    })
    const late = new Error(`nothing came for ${silenceMs / 1000} s`)
    request.setTimeout(silenceMs, () => (open ?? request).destroy(late))
    request.on('error', reject)
  })
}

function wrongSum({ url, found, sha256 }: { url: string; found: string; sha256: string }): string {
  const what = `what ${url} gave has the sha256 ${found} and not ${sha256}, so it was thrown away`
  return `${what}: try again, and ask who runs that server if it stays so`
}
