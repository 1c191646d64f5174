import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http, { type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { downloadKind } from './download.ts'
import { fetchChecked, type CheckedFile, type DownloadProgress } from './fetch-checked.ts'
import { downloadedKind } from './find.ts'
import { releaseFile } from './release.ts'

const BYTES = Buffer.alloc(300_000, 'kind')
const SUM = createHash('sha256').update(BYTES).digest('hex')
let home = ''
let server: Server | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-download-'))
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(home, { recursive: true })
})

async function serve(answer: RequestListener): Promise<string> {
  server = http.createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

function wish(url: string, part: Partial<CheckedFile> = {}): CheckedFile & { told: DownloadProgress[] } {
  const told: DownloadProgress[] = []
  const file = join(home, 'kind')
  const { signal } = new AbortController()
  const onProgress = (progress: DownloadProgress): void => void told.push(progress)
  return { url, file, sha256: SUM, mode: 0o755, signal, variables: {}, onProgress, ...part, told }
}
const problem = async (fetch: Promise<unknown>) => {
  const error = await fetch.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return isProblem(error) ? [error.code, error.message] : error
}

test('a file with the right sum is there at once, can be run, and was told in bytes', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/old') return void response.writeHead(302, { location: '/new' }).end()
    response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES)
  })
  writeFileSync(join(home, 'kind'), 'the one before')
  const it = wish(`${url}/old`)
  await fetchChecked(it)
  expect(readFileSync(it.file).equals(BYTES)).toBe(true)
  expect(statSync(it.file).mode & 0o777).toBe(0o755)
  expect(it.told.at(-1)).toEqual({ doneBytes: BYTES.length, totalBytes: BYTES.length })
  expect(readdirSync(home)).toEqual(['kind'])
})

test.each<[string, RequestListener, string]>([
  ['another file', (_, response) => response.end('something else'), 'has the sha256 '],
  ['no file', (_, response) => response.writeHead(404).end('not here'), 'the server answers 404'],
  ['a circle', (_, response) => response.writeHead(302, { location: '/' }).end(), 'the server answers 302'],
  ['another scheme', (_, response) => response.writeHead(302, { location: 'ftp://x/' }).end(), 'ftp: is neither'],
  [
    'a part',
    (_, response) => {
      response.writeHead(200, { 'content-length': BYTES.length })
      response.write(BYTES.subarray(0, 100_000), () => response.destroy())
    },
    'cannot be fetched (',
  ],
])('of a server with %s nothing is kept', async (_, answer, words) => {
  const url = await serve(answer)
  expect(await problem(fetchChecked(wish(url)))).toEqual(['kind_unavailable', expect.stringContaining(words)])
  expect(readdirSync(home)).toEqual([])
})

test('a server that falls silent is told, before its answer and in the middle of it', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/begun') response.writeHead(200, { 'content-length': BYTES.length }).write('some')
  })
  for (const path of ['', '/begun']) {
    const said = await problem(fetchChecked(wish(`${url}${path}`, { silenceMs: 100 })))
    expect(said).toEqual(['kind_unavailable', expect.stringContaining('nothing came for 0.1 s')])
  }
  expect(readdirSync(home)).toEqual([])
})

test('a server that is not there is told', async () => {
  const url = await serve(() => {})
  server?.close()
  expect(await problem(fetchChecked(wish(url)))).toEqual(['kind_unavailable', expect.stringContaining('ECONNREFUSED')])
})

test('what is cancelled ends with its reason and leaves nothing', async () => {
  const cancel = new AbortController()
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': BYTES.length })
    response.write(BYTES.subarray(0, 1000))
  })
  const onProgress = (): void => cancel.abort(new Error('given up'))
  await expect(fetchChecked(wish(url, { signal: cancel.signal, onProgress }))).rejects.toThrow('given up')
  expect(readdirSync(home)).toEqual([])
})

test('the proxy of the environment is used, but not for this machine', async () => {
  const asked: string[] = []
  const url = await serve((request, response) => {
    asked.push(request.url ?? '')
    response.end(BYTES)
  })
  const variables = { HTTP_PROXY: url, http_proxy: url }
  await fetchChecked(wish('http://kind.example/file', { variables }))
  await fetchChecked(wish(`${url}/direct`, { variables }))
  expect(asked).toEqual(['http://kind.example/file', '/direct'])
})

test.runIf(releaseFile(process.platform, process.arch) !== undefined)(
  'the mirror is asked for the pinned release, and refused with another one',
  async () => {
    const asked: string[] = []
    const mirror = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.end('no kind')
    })
    const { signal } = new AbortController()
    const wanted = { home, mirror: `${mirror}/tools/`, signal, variables: {}, onProgress: () => {} }
    expect(await problem(downloadKind(wanted))).toEqual(['kind_unavailable', expect.stringContaining('thrown away')])
    expect(asked).toEqual([expect.stringMatching(/^\/tools\/v0\.30\.0\/kind-(?:linux|darwin)-(?:amd64|arm64)$/)])
    expect([existsSync(downloadedKind(home)), readdirSync(dirname(downloadedKind(home)))]).toEqual([false, []])
  },
)
