import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

/** The empty page, built and served: the floor of what a page of this stack costs. */
export type EmptyPage = AsyncDisposable & { readonly folder: string; readonly url: string }

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

export async function buildEmptyPage(): Promise<EmptyPage> {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-empty-'))
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'empty'),
    plugins: [react()],
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '').replace(/[^\w./-]|\.\./g, '')
    const type = TYPES[extname(path)]
    if (type === undefined || !existsSync(join(folder, path))) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('Content-Type', type)
    response.end(readFileSync(join(folder, path)))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the empty page has no port')
  return {
    folder,
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
