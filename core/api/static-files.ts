import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { acceptedEncoding, compress, type Encoding } from './compress.ts'
import { contentSecurityPolicy } from './headers.ts'
import { homePage } from './home-page.ts'
import { pagePath } from './page-path.ts'

const INDEX = 'index.html'
/** The word in the page that is replaced by the nonce of its answer. */
const NONCE_WORD = '__CSP_NONCE__'
/** Smaller files gain nothing from being compressed. */
const LEAST_COMPRESSED = 1_024
/** Bytes of compressed files that are kept in memory. */
const MOST_KEPT = 16 * 1024 * 1024

type FileType = { readonly type: string; readonly compresses: boolean }
const text = (type: string): FileType => ({ type: `${type}; charset=utf-8`, compresses: true })
const binary = (type: string): FileType => ({ type, compresses: false })
const TYPES: Readonly<Record<string, FileType>> = {
  '.js': text('text/javascript'),
  '.mjs': text('text/javascript'),
  '.css': text('text/css'),
  '.html': text('text/html'),
  '.json': text('application/json'),
  '.map': text('application/json'),
  '.webmanifest': text('application/manifest+json'),
  '.svg': text('image/svg+xml'),
  '.txt': text('text/plain'),
  '.wasm': { type: 'application/wasm', compresses: true },
  '.png': binary('image/png'),
  '.jpg': binary('image/jpeg'),
  '.webp': binary('image/webp'),
  '.ico': binary('image/x-icon'),
  '.woff2': binary('font/woff2'),
}

type PageFile = { readonly path: string; readonly size: number; readonly etag: string; readonly type: FileType }

/** What a GET says that matters to the page. */
export type PageRequest = {
  /** The target as it came: path and query, not decoded. */
  readonly target: string
  readonly acceptEncoding: string | undefined
  readonly ifNoneMatch: string | undefined
}

/** The page that browsers load. */
export type Page = {
  /** The answer to a GET; undefined where the page has nothing there. */
  answer(request: PageRequest): Promise<Response | undefined>
}

/**
 * Serves what was built into a folder: files of its listing, which is read anew when a build is seen to have changed it, and
 * `index.html` for every address without an extension, each time with a fresh nonce for its styles.
 */
export function openPage(folder: string, port: number): Page {
  let built = readBuilt(folder)
  const kept = keepCompressed()
  return {
    answer: async ({ target, acceptEncoding, ifNoneMatch }) => {
      const wanted = pagePath(target)
      if (wanted === undefined) return undefined
      if (stampOf(folder) !== built?.stamp) {
        built = readBuilt(folder)
        kept.clear()
      }
      if (wanted.kind === 'page') return indexResponse(built?.index, port)
      const file = built?.files.get(wanted.name)
      if (file === undefined) return undefined
      const headers = headersOf(file, wanted.name)
      if (ifNoneMatch?.includes(file.etag) === true) return new Response(null, { status: 304, headers })
      const encoding =
        file.type.compresses && file.size >= LEAST_COMPRESSED ? acceptedEncoding(acceptEncoding) : undefined
      const bytes = await kept.bytes(file, encoding)
      if (bytes === undefined) return undefined
      if (encoding !== undefined) headers.set('Content-Encoding', encoding)
      headers.set('Content-Length', String(bytes.byteLength))
      return new Response(bytes, { headers })
    },
  }
}

function indexResponse(index: string | undefined, port: number): Response {
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }
  if (index === undefined) return new Response(homePage(), { headers })
  const nonce = randomBytes(16).toString('base64url')
  return new Response(index.replaceAll(NONCE_WORD, nonce), {
    headers: { ...headers, 'Content-Security-Policy': contentSecurityPolicy(port, nonce) },
  })
}

/** Names below `assets` carry the hash of their content, so they never change. */
function headersOf(file: PageFile, name: string): Headers {
  return new Headers({
    'Content-Type': file.type.type,
    'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  })
}

type Built = { readonly stamp: string; readonly index: string; readonly files: ReadonlyMap<string, PageFile> }

/** What changes while the page is built, be its index written first or last; undefined where it was not built. */
function stampOf(folder: string): string | undefined {
  const [index, assets] = [INDEX, 'assets'].map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
  return index === undefined ? undefined : `${index.mtimeMs} ${index.size} ${assets?.mtimeMs}`
}

/** Undefined too where a build takes files away meanwhile: what it makes has another stamp. */
function readBuilt(folder: string): Built | undefined {
  const stamp = stampOf(folder)
  if (stamp === undefined) return undefined
  try {
    const files = filesBelow(folder)
      .map((path) => listed(folder, path))
      .filter(([name]) => name !== INDEX)
    return { stamp, index: readFileSync(join(folder, INDEX), 'utf8'), files: new Map(files) }
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Paths of all regular files; symbolic links are left out, also those to folders, which a recursive readdir follows. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

function listed(folder: string, path: string): readonly [string, PageFile] {
  const { size, mtimeMs } = statSync(path)
  const etag = `W/"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`
  const type = TYPES[extname(path)] ?? binary('application/octet-stream')
  return [relative(folder, path).replaceAll(sep, '/'), { path, size, etag, type }]
}

type Kept = {
  /** The content of a file, compressed where wanted; undefined where the file has gone since. */
  bytes(file: PageFile, encoding: Encoding | undefined): Promise<Uint8Array<ArrayBuffer> | undefined>
  clear(): void
}

/** Compresses each file once a way, as long as there is room to keep it. */
function keepCompressed(): Kept {
  const kept = new Map<string, Promise<Buffer<ArrayBuffer>>>()
  let size = 0
  return {
    bytes: async (file, encoding) => {
      try {
        if (encoding === undefined) return await readFile(file.path)
        const key = `${encoding} ${file.path}`
        const before = kept.get(key)
        if (before !== undefined) return await before
        const compressing = readFile(file.path).then((content) => compress(content, encoding))
        if (size + file.size <= MOST_KEPT) {
          kept.set(key, compressing)
          size += file.size
          compressing.catch(() => kept.delete(key))
        }
        return await compressing
      } catch (error) {
        if (isGone(error)) return undefined
        throw error
      }
    },
    clear: () => {
      kept.clear()
      size = 0
    },
  }
}
