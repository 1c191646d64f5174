import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPython, type Python } from './find-python.ts'
import { environmentDigest, lockPython, openEnvironments, type PythonLock } from './index.ts'
import { parsePythonRange } from './python-range.ts'
import type { Variables } from './installer-settings.ts'

/** Real packages from the package index, real uv and pip; `home` has uv from the first test that needs it. */
let root = ''
let home = ''
let here: Python
let six: PythonLock
let nothing: PythonLock
let homes = 0

const REFUSED = 'http://127.0.0.1:9/simple'
const LOCK_TIMEOUT_MS = 180_000

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'minisub-environments-'))
  home = join(root, 'home')
  here = await findPython(parsePythonRange('>=3.9'), process.env)
  six = await lockPython({ python: '>=3.9', packages: ['six==1.17.0'] }, { home })
  nothing = await lockPython({ python: '>=3.9', packages: [] }, { home })
}, LOCK_TIMEOUT_MS)
afterAll(() => {
  rmSync(root, { recursive: true })
})

function freshHome(): string {
  homes += 1
  return join(root, `home-${homes}`)
}

/** A data folder without environments, but with the uv that the first one has. */
function freshHomeWithUv(): string {
  const fresh = freshHome()
  const tools = join(home, 'environments', '.tools')
  mkdirSync(join(fresh, 'environments'), { recursive: true })
  if (existsSync(tools)) symlinkSync(tools, join(fresh, 'environments', '.tools'))
  return fresh
}

/** These variables, with a PATH that holds a Python under one name and nothing else. */
function onlyPython(more: Variables = {}): Variables {
  const bin = mkdtempSync(join(root, 'bin-'))
  symlinkSync(here.executable, join(bin, 'python3'))
  return { ...process.env, ...more, PATH: bin }
}

function python(environment: { python: string }, code: string): string {
  return execFileSync(environment.python, ['-c', code], { encoding: 'utf8', cwd: '/' }).trim()
}

/** A package index that takes every question and never answers. */
async function silentIndex() {
  const server = createServer(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}/simple`
  return { url, asked: once(server, 'connection'), [Symbol.dispose]: () => void server.close() }
}

const processesOf = (folder: string) =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && !line.includes('--input-type=module'))

/** Another process that builds the environment of a lock; its lines, the last one saying how it went. */
function otherBuilder(folder: string, lock: PythonLock, variables: Variables = process.env) {
  const code = `const { openEnvironments } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
    const lock = ${JSON.stringify(lock)}
    const environments = openEnvironments({ home: ${JSON.stringify(folder)} })
    await environments.ensure(lock, { onLine: (text) => console.log(text) })
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: variables,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const ended = (async () => {
    for await (const line of createInterface({ input: child.stdout })) lines.push(line)
  })()
  return { child, lines, ended }
}

describe('lockPython', () => {
  test('pins a package with its hashes and says nothing about machines', () => {
    expect(six.pythonMinor).toBe(here.release.slice(0, 2).join('.'))
    expect(six.requirements).toHaveLength(1)
    expect(six.requirements[0]).toMatch(/^six==1\.17\.0( ; [^#]*)?( --hash=sha256:[0-9a-f]{64}){2}$/)
  })

  test('needs neither network nor uv without packages', async () => {
    const variables = onlyPython({ PIP_INDEX_URL: REFUSED })
    const lock = await lockPython({ python: '>=3.9', packages: [] }, { home: freshHome(), variables })
    expect(lock).toEqual({ ...nothing, requirements: [] })
  })

  test('keeps packages of other systems, and drops those of other Pythons', async () => {
    const packages = ['six', 'colorama; sys_platform == "win32"', 'tomli; python_version < "3"']
    const lock = await lockPython({ python: '>=3.9', packages }, { home })
    expect(lock.requirements.map((line) => line.split('==')[0])).toEqual(['colorama', 'six'])
    expect(environmentDigest(lock)).not.toBe(environmentDigest(six))
  })

  test('a package that does not exist is a Problem that names it', async () => {
    const packages = ['six', 'minisub-no-such-package~=1.0']
    await expect(lockPython({ python: '>=3.9', packages }, { home })).rejects.toMatchObject({
      code: 'package_unavailable',
      message: expect.stringContaining('minisub-no-such-package~=1.0') as string,
      details: expect.stringContaining('not found') as string,
    })
  })

  test('an index that refuses connections is a Problem that says where', async () => {
    // a name that no earlier answer in uv's cache knows
    const variables = { ...process.env, UV_HTTP_RETRIES: '0', PIP_INDEX_URL: REFUSED }
    const spec = { python: '>=3.9', packages: ['minisub-no-such-package'] }
    await expect(lockPython(spec, { home, variables })).rejects.toMatchObject({
      code: 'network_unavailable',
      message: expect.stringContaining('127.0.0.1:9') as string,
      details: expect.stringContaining('refused') as string,
    })
  })

  test('without uv and without a network the Problem says that uv is needed', async () => {
    const variables = onlyPython({ PIP_INDEX_URL: REFUSED, PIP_RETRIES: '1' })
    const fresh = freshHome()
    await expect(lockPython({ python: '>=3.9', packages: ['six'] }, { home: fresh, variables })).rejects.toMatchObject({
      code: 'network_unavailable',
      message: expect.stringMatching(/^Making a lock needs uv\. uv could not be installed: /) as string,
    })
    expect(readdirSync(join(fresh, 'environments', '.tools'))).toEqual(['uv.lock'])
  })

  test.each([
    '-r /etc/passwd',
    '--index-url=http://127.0.0.1',
    './folder',
    'six @ file:///six',
    'six\n-e .',
    'six --pre',
    '',
  ])('%j is no package', async (requirement) => {
    const spec = { python: '>=3.9', packages: [requirement] }
    await expect(lockPython(spec, { home })).rejects.toMatchObject({ code: 'invalid_value' })
  })

  test('a Python that is not there and a range that is none are Problems', async () => {
    await expect(lockPython({ python: '>=3.99', packages: [] }, { home })).rejects.toMatchObject({
      code: 'python_missing',
      message: expect.stringContaining(`${here.version} at ${here.executable}`) as string,
    })
    await expect(lockPython({ python: 'new', packages: [] }, { home })).rejects.toMatchObject({ code: 'invalid_value' })
  })

  test('ends with its installer when the signal aborts', async () => {
    using index = await silentIndex()
    // a uv of this test's own, so that its processes are known by their path
    const tools = freshHomeWithUv()
    const giveUp = new AbortController()
    const variables = onlyPython({ PIP_INDEX_URL: index.url })
    const spec = { python: '>=3.9', packages: ['minisub-no-such-package'] }
    const locking = lockPython(spec, { home: tools, variables, signal: giveUp.signal })
    const failed = expect(locking).rejects.toThrow('enough')
    await index.asked
    expect(processesOf(tools)).not.toEqual([])
    giveUp.abort(new Error('enough'))
    await failed
    expect(processesOf(tools)).toEqual([])
  })
})

describe('an environment without packages', () => {
  test('is the Python at hand under its usual names, made without network or uv', async () => {
    const variables = onlyPython({ PIP_INDEX_URL: REFUSED })
    const environments = openEnvironments({ home: freshHome(), variables })
    const built = await environments.ensure(nothing)
    expect(built.digest).toBe(environmentDigest(nothing))
    expect(python(built, 'import sys; print(sys.base_prefix == sys.prefix, sys.version.split()[0])')).toBe(
      `False ${here.version}`,
    )
    expect(readdirSync(built.binFolder).toSorted()).toEqual(['python', 'python3', `python${nothing.pythonMinor}`])
    expect(python(built, 'import importlib.util as u; print(u.find_spec("pip"))')).toBe('None')
    expect(built.env).toMatchObject({ PYTHONNOUSERSITE: '1', VIRTUAL_ENV: join(built.binFolder, '..') })
  })

  test('is built again when its Python is gone, or its files are', async () => {
    const environments = openEnvironments({ home: freshHome() })
    const built = await environments.ensure(nothing)
    unlinkSync(built.python)
    await environments.ensure(nothing)
    expect(existsSync(built.python)).toBe(true)
    rmSync(join(built.binFolder, '..'), { recursive: true })
    await environments.ensure(nothing)
    expect(python(built, 'print(1)')).toBe('1')
  })

  test('is a Problem where the Python of the lock is not at hand', async () => {
    const environments = openEnvironments({ home: freshHome() })
    await expect(environments.ensure({ ...nothing, pythonMinor: '3.99' })).rejects.toMatchObject({
      code: 'python_missing',
    })
    expect(await environments.list()).toEqual([])
  })

  test('of an image is not for processes', async () => {
    const environments = openEnvironments({ home: freshHome() })
    const image = { kind: 'image', image: 'python:3', indexDigest: `sha256:${'a'.repeat(64)}`, platforms: {} } as const
    await expect(environments.ensure(image)).rejects.toMatchObject({ code: 'not_supported' })
  })
})

describe('an environment with packages', () => {
  test('is built once for all who ask at once, tells its progress, and is then there in no time', async () => {
    const environments = openEnvironments({ home })
    const lines: string[] = []
    const asked = [1, 2, 3].map(() => environments.ensure(six, { onLine: (text) => lines.push(text) }))
    const [built, ...others] = await Promise.all(asked)
    expect(others).toEqual([built, built])
    expect(lines.filter((line) => line.includes('+ six==1.17.0'))).toHaveLength(3)
    expect(python(built!, 'import six; print(six.__version__)')).toBe('1.17.0')
    const silent: string[] = []
    const began = performance.now()
    for (let round = 0; round < 100; round += 1) {
      await environments.ensure(six, { onLine: (text) => silent.push(text) })
    }
    expect((performance.now() - began) / 100).toBeLessThan(20)
    expect(await openEnvironments({ home }).ensure(six, { onLine: (text) => silent.push(text) })).toEqual(built)
    expect(silent).toEqual([])
  })

  test('needs nothing of the home of the person, and comes with its bytecode', async () => {
    const built = await openEnvironments({ home }).ensure(six)
    const code = 'import six, os; print(os.path.exists(six.__cached__))'
    const env = { ...built.env, HOME: '/nonexistent', PATH: built.binFolder }
    expect(execFileSync('python', ['-c', code], { env, encoding: 'utf8' }).trim()).toBe('True')
  })

  test('is built once by two processes that start together', async () => {
    const fresh = freshHomeWithUv()
    const builders = [otherBuilder(fresh, six), otherBuilder(fresh, six)]
    await Promise.all(builders.map(({ ended }) => ended))
    expect(builders.map(({ lines }) => lines.at(-1))).toEqual(['ready', 'ready'])
    expect(builders.flatMap(({ lines }) => lines).filter((line) => line.startsWith('building'))).toHaveLength(1)
  })

  test('is built anew after its builder was killed half way, whose installer is gone too', async () => {
    using index = await silentIndex()
    const fresh = freshHomeWithUv()
    const variables = { ...process.env, UV_DEFAULT_INDEX: index.url, UV_CACHE_DIR: join(fresh, 'cache') }
    const builder = otherBuilder(fresh, six, variables)
    await index.asked
    const environments = openEnvironments({ home: fresh })
    expect(await environments.list()).toMatchObject([{ state: 'partial', packages: ['six==1.17.0'] }])
    expect(processesOf(fresh)).not.toEqual([])
    await expect(environments.remove(environmentDigest(six))).rejects.toMatchObject({ code: 'environment_in_use' })
    builder.child.kill('SIGKILL')
    await builder.ended
    const built = await environments.ensure(six)
    expect(python(built, 'import six; print(six.__version__)')).toBe('1.17.0')
    expect(processesOf(fresh)).toEqual([])
    expect(await environments.list()).toMatchObject([{ state: 'ready' }])
  })

  test('leaves nothing when the signal aborts, and is built by the next who asks', async () => {
    using index = await silentIndex()
    const fresh = freshHomeWithUv()
    const variables = { ...process.env, PIP_INDEX_URL: index.url, UV_CACHE_DIR: join(fresh, 'cache') }
    const giveUp = new AbortController()
    const building = openEnvironments({ home: fresh, variables }).ensure(six, { signal: giveUp.signal })
    const failed = expect(building).rejects.toThrow('enough')
    await index.asked
    giveUp.abort(new Error('enough'))
    await failed
    expect(processesOf(fresh)).toEqual([])
    const environments = openEnvironments({ home: fresh })
    expect(await environments.list()).toEqual([])
    await environments.ensure(six)
    expect(await environments.list()).toHaveLength(1)
  })

  test('with other bytes than the lock says is refused, and leaves nothing', async () => {
    const fresh = freshHomeWithUv()
    const requirements = [`six==1.17.0 --hash=sha256:${'0'.repeat(64)}`]
    const environments = openEnvironments({ home: fresh })
    await expect(environments.ensure({ ...six, requirements })).rejects.toMatchObject({
      code: 'environment_failed',
      message: expect.stringContaining('hash') as string,
    })
    expect(await environments.list()).toEqual([])
  })

  test('is installed by pip where uv cannot be had', async () => {
    const wheels = join(root, 'wheels')
    execFileSync(here.executable, ['-m', 'pip', 'download', '--quiet', '--no-deps', '-d', wheels, 'six==1.17.0'])
    const variables = onlyPython({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels })
    const lines: string[] = []
    const environments = openEnvironments({ home: freshHome(), variables })
    const built = await environments.ensure(six, { onLine: (text) => lines.push(text) })
    expect(lines.find((line) => line.startsWith('uv could not be installed'))).toMatch(/Going on with pip\.$/)
    expect(python(built, 'import six; print(six.__version__)')).toBe('1.17.0')
  })

  test('is a Problem where the data folder is not a folder', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(openEnvironments({ home: file }).ensure(nothing)).rejects.toMatchObject({ code: 'home_unwritable' })
  })
})

describe('the environments of a machine', () => {
  test('are listed with size, users and last use', async () => {
    const environments = openEnvironments({ home: freshHome() })
    expect(await environments.list()).toEqual([])
    const { digest } = await environments.ensure(nothing)
    const before = Date.now()
    environments.recordUse(digest, 'wine')
    environments.recordUse(digest, 'beer')
    environments.recordUse(digest, 'wine')
    const [info] = await environments.list()
    expect(info).toMatchObject({ digest, state: 'ready', packages: [], users: ['beer', 'wine'] })
    expect(info?.pythonMinor).toBe(nothing.pythonMinor)
    expect(info?.sizeBytes).toBeGreaterThan(0)
    expect(info?.lastUsedAt).toBeGreaterThanOrEqual(before)
    expect(info?.createdAt).toBeLessThanOrEqual(before)
  })

  test('are deleted unless a running step uses them, or somebody insists', async () => {
    const busy = new Set<string>()
    const environments = openEnvironments({ home: freshHome(), inUse: (digest) => busy.has(digest) })
    const { digest } = await environments.ensure(nothing)
    busy.add(digest)
    await expect(environments.remove(digest)).rejects.toMatchObject({ code: 'environment_in_use' })
    expect(await environments.list()).toHaveLength(1)
    await environments.remove(digest, { force: true })
    expect(await environments.list()).toEqual([])
    await expect(environments.remove(digest)).rejects.toMatchObject({ code: 'not_found' })
    expect(() => environments.recordUse(digest, 'wine')).toThrow(/no environment/)
    await environments.ensure(nothing)
    expect(await environments.list()).toMatchObject([{ users: [] }])
  })

  test('are named by digests, never by paths', async () => {
    const environments = openEnvironments({ home: freshHome() })
    await environments.ensure(nothing)
    for (const name of ['..', '../..', '.tools', '']) {
      await expect(environments.remove(name, { force: true })).rejects.toMatchObject({ code: 'not_found' })
      expect(() => environments.recordUse(name, 'wine')).toThrow(/no environment/)
    }
  })
})
