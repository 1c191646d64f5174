import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A package index with one package, for whoever knows the password. */
export type PackageIndex = Disposable & {
  /** Address with name and password. */
  readonly url: string
  /** The package as a lock has it: `minisub-hello==1.0 --hash=sha256:…`. */
  readonly requirement: string
  /** So many files of packages were given out. */
  readonly downloads: () => number
  /** The next questions are not answered, and it is told when one came. */
  holdBack(): Promise<void>
  answerAgain(): void
}

export const INDEX_PASSWORD = 'indexpassword77'

const WHEEL = 'minisub_hello-1.0-py3-none-any.whl'
const MAKE = `import sys, zipfile
info = 'minisub_hello-1.0.dist-info/'
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    z.writestr('minisub_hello.py', 'TEXT = "hello"\\n')
    z.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: minisub-hello\\nVersion: 1.0\\n')
    z.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr(info + 'RECORD', '')`

/** Starts an index on this machine's loopback. */
export async function startPackageIndex(): Promise<PackageIndex> {
  const wheel = makeWheel()
  const hash = createHash('sha256').update(wheel).digest('hex')
  const login = `Basic ${Buffer.from(`ada:${INDEX_PASSWORD}`).toString('base64')}`
  let downloads = 0
  let held: PromiseWithResolvers<void> | undefined
  const server = createServer((request, response) => {
    if (held !== undefined) return held.resolve()
    if (request.headers.authorization !== login) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end()
    } else if (request.url?.endsWith(WHEEL) === true) {
      downloads += 1
      response.end(wheel)
    } else if (request.url === '/simple/minisub-hello/') {
      response.setHeader('content-type', 'text/html')
      response.end(`<a href="/files/${WHEEL}#sha256=${hash}">${WHEEL}</a>`)
    } else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://ada:${INDEX_PASSWORD}@127.0.0.1:${address.port}/simple`,
    requirement: `minisub-hello==1.0 --hash=sha256:${hash}`,
    downloads: () => downloads,
    holdBack: () => (held = Promise.withResolvers<void>()).promise,
    answerAgain: () => (held = undefined),
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function makeWheel(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-wheel-'))
  try {
    const file = join(folder, WHEEL)
    execFileSync('python3', ['-c', MAKE, file])
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
