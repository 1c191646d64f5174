import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPage, type Page } from './static-files.ts'

const PORT = 4711
const SCRIPT = 'console.log("hello")\n'.repeat(200)
const INDEX = `<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__">
<script type="module" src="/assets/index-1.js" nonce="__CSP_NONCE__"></script>`

let root: string
let folder: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-page-'))
  folder = join(root, 'page')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), INDEX)
  writeFileSync(join(folder, 'favicon.svg'), '<svg/>')
  writeFileSync(join(folder, 'assets', 'index-1.js'), SCRIPT)
  writeFileSync(join(folder, 'assets', 'style-1.css'), 'a{}'.repeat(1_000))
  writeFileSync(join(folder, 'assets', 'font-1.woff2'), 'x'.repeat(5_000))
  writeFileSync(join(root, 'secret.txt'), 'secret')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function get(page: Page, target: string, acceptEncoding?: string, ifNoneMatch?: string): Promise<Response | undefined> {
  return page.answer({ target, acceptEncoding, ifNoneMatch })
}

async function loaded(page: Page, target: string, ...rest: [string?, string?]): Promise<Response> {
  const response = await get(page, target, ...rest)
  if (response === undefined) throw new Error(`nothing at ${target}`)
  return response
}

test('the page has in each answer a fresh nonce, which its policy names for styles alone', async () => {
  const page = openPage(folder, PORT)
  const nonces = new Set<string>()
  for (const target of ['/', '/runs/01kc2m3n', '/']) {
    const response = await loaded(page, target)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const html = await response.text()
    const [first, second] = [...html.matchAll(/nonce="([\w-]{22})"/g)].map(([, nonce]) => nonce)
    expect(first).toBe(second)
    expect(html).not.toContain('__CSP_NONCE__')
    const policy = (response.headers.get('content-security-policy') ?? '').split('; ')
    expect(policy).toContain(`style-src 'self' 'nonce-${first}'`)
    expect(policy).toContain("script-src 'self'")
    nonces.add(first ?? '')
  }
  expect(nonces.size).toBe(3)
})

test('a file has its type, its length and a mark by which it is not sent twice; only hashed names are kept for ever', async () => {
  const page = openPage(folder, PORT)
  const script = await loaded(page, '/assets/index-1.js')
  expect(await script.text()).toBe(SCRIPT)
  expect(Object.fromEntries(script.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': String(SCRIPT.length),
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'Accept-Encoding',
  })
  const again = await loaded(page, '/assets/index-1.js', undefined, script.headers.get('etag') ?? '')
  expect([again.status, await again.text()]).toEqual([304, ''])
  const icon = await loaded(page, '/favicon.svg')
  expect([icon.headers.get('content-type'), icon.headers.get('cache-control')]).toEqual([
    'image/svg+xml; charset=utf-8',
    'no-cache',
  ])
})

test('text is compressed as the browser takes it, what is small or a font is not', async () => {
  const page = openPage(folder, PORT)
  const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer())
  for (let time = 0; time < 2; time += 1) {
    const br = await loaded(page, '/assets/index-1.js', 'gzip, deflate, br')
    expect(br.headers.get('content-encoding')).toBe('br')
    const packed = await bytes(br)
    expect(brotliDecompressSync(packed).toString()).toBe(SCRIPT)
    expect(br.headers.get('content-length')).toBe(String(packed.length))
    const gzip = await loaded(page, '/assets/index-1.js', 'gzip')
    expect(gzip.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(await bytes(gzip)).toString()).toBe(SCRIPT)
  }
  for (const target of ['/assets/font-1.woff2', '/favicon.svg']) {
    expect((await loaded(page, target, 'gzip, br')).headers.get('content-encoding')).toBeNull()
  }
})

test('nothing but what was listed is served: no index by its name, no link, nothing outside', async () => {
  symlinkSync(join(root, 'secret.txt'), join(folder, 'assets', 'link.txt'))
  symlinkSync(root, join(folder, 'up'))
  const page = openPage(folder, PORT)
  const targets = [
    '/index.html',
    '/assets/link.txt',
    '/up/secret.txt',
    '/../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/nothing.js',
    '/__proto__.js',
  ]
  for (const target of targets) expect([target, await get(page, target)]).toEqual([target, undefined])
})

test('a file that has gone since is not there', async () => {
  const page = openPage(folder, PORT)
  unlinkSync(join(folder, 'assets', 'index-1.js'))
  expect(await get(page, '/assets/index-1.js')).toBeUndefined()
  expect(await get(page, '/assets/index-1.js', 'br')).toBeUndefined()
  writeFileSync(join(folder, 'assets', 'index-1.js'), SCRIPT)
  expect(await (await loaded(page, '/assets/index-1.js')).text()).toBe(SCRIPT)
  expect((await loaded(page, '/assets/index-1.js', 'br')).headers.get('content-encoding')).toBe('br')
})

test('a page that is built or built anew while the core runs is served', async () => {
  const missing = join(root, 'later')
  const page = openPage(missing, PORT)
  const before = await loaded(page, '/runs')
  expect(await before.text()).toContain('npm run build')
  expect(before.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await get(page, '/assets/index-2.js')).toBeUndefined()
  mkdirSync(join(missing, 'assets'), { recursive: true })
  writeFileSync(join(missing, 'assets', 'index-2.js'), 'two')
  writeFileSync(join(missing, 'index.html'), 'second')
  expect(await (await loaded(page, '/')).text()).toBe('second')
  expect(await (await loaded(page, '/assets/index-2.js')).text()).toBe('two')
  writeFileSync(join(missing, 'assets', 'index-3.js'), 'three')
  writeFileSync(join(missing, 'index.html'), 'third')
  utimesSync(join(missing, 'index.html'), 1_000, 1_000)
  expect(await (await loaded(page, '/')).text()).toBe('third')
  expect(await (await loaded(page, '/assets/index-3.js')).text()).toBe('three')
})

test('a page that was seen while it was built is whole when it is, also where its index was written first', async () => {
  const page = openPage(folder, PORT)
  expect(await get(page, '/assets/index-2.js')).toBeUndefined()
  writeFileSync(join(folder, 'assets', 'index-2.js'), 'two')
  expect(await (await loaded(page, '/assets/index-2.js')).text()).toBe('two')
})
