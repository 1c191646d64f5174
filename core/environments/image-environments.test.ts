import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDockerEngine } from '#core/runtimes/docker/engine.ts'
import { openDockerImages } from '#core/runtimes/docker/images.ts'
import type { ImageEngine } from '#core/runtimes/images.ts'
import { openSettings } from '#core/settings/index.ts'
import { INDEX_PASSWORD, startPackageIndex, type PackageIndex } from '#test/support/package-index.ts'
import { startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { BUILD_LABEL, ENVIRONMENT_LABEL, imageTag } from './image-tag.ts'
import {
  environmentDigest,
  lockPython,
  openImageEnvironments,
  type ImageEnvironments,
  type PythonLock,
} from './index.ts'

const BASE = 'busybox:1.35'
/** So that no image that another run of this suite left is found. */
/** Of what builds that fail leave in the engine for the next try. */
const LEFT = 'minisub.test.left'
const MARK = `${process.pid}-${Date.now()}`

function docker(...words: string[]): string {
  return execFileSync('docker', words, { encoding: 'utf8' }).trim()
}

/** Digests of the images that the data folders below a folder have noted. */
function digestsBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => /environments\/images\/([0-9a-f]{64})-/.exec(path)?.[1])
    .filter((digest) => digest !== undefined)
}

describeWithDocker('environments as images', () => {
  let root = ''
  let home = ''
  let images: ImageEngine
  let registry: Registry
  let index: PackageIndex
  let before: ReadonlySet<string>

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'minisub-image-environments-'))
    process.env['DOCKER_CONFIG'] = root
    images = openDockerImages({ engine: openDockerEngine() })
    before = new Set((await images.list(ENVIRONMENT_LABEL)).map(({ id }) => id))
    registry = await startRegistry('minisub.test.environments')
    index = await startPackageIndex()
  })
  afterAll(async () => {
    index[Symbol.dispose]()
    await registry[Symbol.asyncDispose]()
    for (const { id } of await images.list(LEFT)) docker('rmi', '-f', id)
    rmSync(root, { recursive: true })
    delete process.env['DOCKER_CONFIG']
  })
  beforeEach(() => {
    home = mkdtempSync(join(root, 'home-'))
  })
  /** What this test made, and not what others that use the engine made meanwhile. */
  afterEach(async () => {
    for (const digest of digestsBelow(root)) {
      for (const { id } of await images.list(ENVIRONMENT_LABEL, digest)) if (!before.has(id)) docker('rmi', '-f', id)
    }
  })

  type More = {
    readonly settings?: Record<string, string>
    readonly inUse?: (digest: string) => boolean
    readonly variables?: Record<string, string | undefined>
  }

  /** Builds reach the index of this machine, and nothing is told to them but how. */
  const open = ({ settings = {}, inUse, variables = {} }: More = {}): ImageEnvironments =>
    openImageEnvironments({
      home,
      images,
      inUse,
      settings: openSettings(home, { MINISUB_DOCKER_BUILD_NETWORK: 'host', ...settings }),
      variables: { PATH: process.env['PATH'], PIP_INDEX_URL: index.url, ...variables },
    })
  const hello = (): PythonLock => ({
    kind: 'python',
    spec: { python: '==3.11.*', packages: ['minisub-hello'] },
    pythonMinor: '3.11',
    requirements: [index.requirement],
  })
  /** Without those of other data folders. */
  const own = async () => (await open().list()).filter((it) => it.own)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const runIn = (image: string, ...command: string[]) => docker('run', '--rm', '--network', 'none', image, ...command)

  describe('of locked packages', () => {
    test('hold them, and nothing of the index, the proxies and the certificates that they came by', async () => {
      const bundle = join(home, 'bundle.pem')
      writeFileSync(bundle, readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8') + `\n# certificate-${MARK}\n`)
      const environments = open({
        settings: { MINISUB_DOCKER_BUILD_CERTIFICATES: bundle },
        variables: { NO_PROXY: `127.0.0.1,proxy-${MARK}`, HTTPS_PROXY: `http://ada:proxypass@proxy-${MARK}:1` },
      })
      const lines: string[] = []
      const built = await environments.ensure(hello(), { onLine: (line) => lines.push(line) })
      expect(built).toMatchObject({ digest: environmentDigest(hello()), platform: 'linux/amd64', user: '' })
      expect(built.env).toMatchObject({ VIRTUAL_ENV: '/opt/minisub/env', PYTHONUNBUFFERED: '1' })
      expect(runIn(built.image, 'python', '-c', 'import minisub_hello; print(minisub_hello.TEXT)')).toBe('hello')
      expect(lines.join('\n')).toContain('minisub-hello')
      const secrets = [INDEX_PASSWORD, 'proxypass', MARK, index.url.replace(/^.*@/, '')]
      const history = docker('history', '--no-trunc', built.image) + docker('inspect', built.image)
      for (const secret of secrets) expect(history).not.toContain(secret)
      for (const secret of [INDEX_PASSWORD, 'proxypass']) expect(lines.join('\n')).not.toContain(secret)
      for (const secret of secrets) {
        const found = runIn(built.image, 'sh', '-c', `grep -rl -F '${secret}' /opt /etc /root /tmp /home /var || true`)
        expect(found).toBe('')
      }
      await expect.poll(() => images.list(BUILD_LABEL)).toEqual([])
    })

    test('come from the network of this machine with its certificates', async () => {
      const lock = await lockPython({ python: '==3.11.*', packages: ['six==1.17.0'] }, { home })
      const built = await open({ variables: { ...process.env, PIP_INDEX_URL: undefined } }).ensure(lock)
      expect(runIn(built.image, 'python', '-c', 'import six; print(six.__version__)')).toBe('1.17.0')
    })

    test('are built once, however many ask, in one core or in two', async () => {
      const [one, two] = [open(), open()]
      const lines: string[] = []
      const downloads = index.downloads()
      const waiter = { onLine: (line: string) => lines.push(line) }
      const built = await Promise.all([
        one.ensure(hello(), waiter),
        one.ensure(hello(), waiter),
        two.ensure(hello(), waiter),
      ])
      expect(new Set(built.map(({ image }) => image)).size).toBe(1)
      expect(index.downloads() - downloads).toBe(1)
      expect(lines).toContain('waiting for another process that builds this environment')
      const told: string[] = []
      await open().ensure(hello(), { onLine: (line) => told.push(line) })
      expect(told).toEqual([])
    })

    test('are nothing but Python where there are none, with what a process sees', async () => {
      const lock: PythonLock = {
        kind: 'python',
        spec: { python: '3.11', packages: [] },
        pythonMinor: '3.11',
        requirements: [],
      }
      const built = await open({ variables: { PIP_INDEX_URL: 'http://127.0.0.1:9' } }).ensure(lock)
      const code = 'import sys, importlib.util as u; print(sys.prefix, u.find_spec("pip"))'
      expect(runIn(built.image, 'python', '-c', code)).toBe('/opt/minisub/env None')
    })

    test('given up in the middle leave nothing, and are built by whoever asks next', async () => {
      const asked = index.holdBack()
      const giveUp = new AbortController()
      const building = open().ensure(hello(), { signal: giveUp.signal })
      try {
        await Promise.race([asked, building])
        giveUp.abort(new Error('given up'))
        await expect(building).rejects.toThrow('given up')
      } finally {
        index.answerAgain()
      }
      expect(await images.find(imageTag(environmentDigest(hello()), 'linux/amd64'))).toBeUndefined()
      await expect.poll(() => images.list(BUILD_LABEL)).toEqual([])
      expect(await open().ensure(hello())).toMatchObject({ digest: environmentDigest(hello()) })
    })

    test('are built anew on another base, beside the one of those who use the first', async () => {
      const first = await open().ensure(hello())
      docker('tag', 'python:3.11-slim', 'minisub-test-base:3.11')
      try {
        const settings = { MINISUB_DOCKER_PYTHON_BASE_IMAGE: 'minisub-test-base:<version>' }
        const second = await open({ settings }).ensure(hello())
        expect(second.image).not.toBe(first.image)
        expect(await open().ensure(hello())).toEqual(first)
        await open().remove(first.digest)
        expect([await images.find(first.image), await images.find(second.image)]).toEqual([undefined, undefined])
      } finally {
        docker('rmi', 'minisub-test-base:3.11')
      }
    })

    test.each([
      [
        'a file with another hash',
        (lock: PythonLock) => [lock.requirements[0]?.replace(/[0-9a-f]{64}/, 'a'.repeat(64)) ?? ''],
        {},
        'environment_failed',
        /minisub-hello/,
      ],
      [
        'a package that is not there',
        () => [`minisub-none==1.0 --hash=sha256:${'a'.repeat(64)}`],
        {},
        'package_unavailable',
        /minisub-none==1\.0/,
      ],
      [
        'an index that does not answer',
        (lock: PythonLock) => lock.requirements,
        { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0' },
        'network_unavailable',
        /127\.0\.0\.1/,
      ],
    ])('%s is told', async (_what, requirements, variables, code, message) => {
      const lock = { ...hello(), requirements: requirements(hello()) }
      await expect(open({ variables }).ensure(lock)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      })
      // What other tests build meanwhile goes too.
      await expect.poll(() => images.list(BUILD_LABEL)).toEqual([])
    })

    test('that cannot be reached from the network of builds say which setting helps', async () => {
      const settings = { MINISUB_DOCKER_BUILD_NETWORK: 'none' }
      await expect(open({ settings }).ensure(hello())).rejects.toMatchObject({
        code: 'network_unavailable',
        message: expect.stringContaining('docker.buildNetwork') as string,
      })
    })

    test('on a base image of another Python are told', async () => {
      docker('tag', 'python:3.11-slim', 'minisub-test-base:3.12')
      try {
        const settings = { MINISUB_DOCKER_PYTHON_BASE_IMAGE: 'minisub-test-base:<version>' }
        await expect(open({ settings }).ensure({ ...hello(), pythonMinor: '3.12' })).rejects.toMatchObject({
          code: 'environment_failed',
          details: expect.stringContaining('the base image has Python 3.11, not 3.12') as string,
        })
      } finally {
        docker('rmi', 'minisub-test-base:3.12')
      }
    })
  })

  describe('of images', () => {
    const lockImage = (image: string, onLine?: (line: string) => void) =>
      open().lock({ image }, { folder: home, exclude: [], onLine })

    test('are locked by what the registry says, and pulled by that', async () => {
      const name = await registry.push(BASE, 'team/tool:1')
      const lock = await lockImage(name)
      if (lock.kind !== 'image') throw new Error('not an image')
      expect(lock).toEqual({
        kind: 'image',
        image: name,
        indexDigest: lock.indexDigest,
        platforms: { 'linux/amd64': lock.indexDigest },
      })
      const pinned = `${registry.host}/team/tool@${lock.indexDigest}`
      expect(await lockImage(pinned)).toEqual({ ...lock, image: pinned })
      docker('rmi', name)
      const lines: string[] = []
      const built = await open().ensure(lock, { onLine: (line) => lines.push(line), pipeline: 'wine' })
      expect(lines).toContain(`pulled ${pinned}`)
      expect(runIn(built.image, 'echo', 'here')).toBe('here')
      expect(await own()).toMatchObject([{ digest: built.digest, image: name, users: ['wine'], pythonMinor: null }])
      await open().remove(built.digest)
      expect(await images.find(pinned)).toBeUndefined()
      expect(await images.find(BASE)).toBeDefined()
    })

    test('that were there before stay when their environment is deleted', async () => {
      const name = await registry.push(BASE, 'team/mine:1')
      const lock = await lockImage(name)
      const { digest } = await open().ensure(lock, { pipeline: 'wine' })
      await open().remove(digest)
      expect(await images.find(name)).toBeDefined()
      expect(await own()).toEqual([])
    })

    test('that no registry knows are locked by their id, with a warning', async () => {
      docker('tag', BASE, 'localhost:9/minisub-test-local:1')
      const lines: string[] = []
      const lock = await lockImage('localhost:9/minisub-test-local:1', (line) => lines.push(line))
      expect(lock).toMatchObject({ local: true, indexDigest: (await images.find(BASE))?.id })
      expect(lines.join()).toMatch(/^warning: .*other machines will not have it/)
      expect(await open().ensure(lock)).toMatchObject({ image: (await images.find(BASE))?.id })
      docker('rmi', 'localhost:9/minisub-test-local:1')
      const elsewhere = { ...lock, indexDigest: `sha256:${'d'.repeat(64)}` }
      await expect(open().ensure(elsewhere as typeof lock)).rejects.toMatchObject({
        code: 'image_unavailable',
        message: expect.stringContaining('another container engine') as string,
      })
    })

    test('for other platforms are told with both names', async () => {
      const name = await registry.push(BASE, 'team/tool:1')
      const lock = await lockImage(await registry.index('team/tool:arm', name, ['linux/arm64', 'linux/arm/v7']))
      await expect(open().ensure(lock)).rejects.toMatchObject({
        code: 'image_platform',
        message: expect.stringMatching(/linux\/arm\/v7, linux\/arm64.*linux\/amd64/) as string,
      })
    })

    test('that do not exist cannot be locked', async () => {
      await expect(lockImage(`${registry.host}/team/nothing`)).rejects.toMatchObject({ code: 'image_unavailable' })
      await expect(lockImage('No Name')).rejects.toMatchObject({ code: 'image_unavailable' })
    })

    test('are what steps without an environment run in', async () => {
      const settings = { MINISUB_DOCKER_DEFAULT_IMAGE: BASE }
      expect(await open({ settings }).default()).toMatchObject({ image: (await images.find(BASE))?.id })
      const { image } = await open().default()
      const minor = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
        encoding: 'utf8',
      })
      expect(runIn(image, 'python', '--version')).toContain(`Python ${minor.trim()}.`)
    })
  })

  describe('of Dockerfiles', () => {
    const lockFile = () => open().lock({ dockerfile: 'project/Dockerfile' }, { folder: home, exclude: [] })

    test('are built of what was locked, whatever became of the folder', async () => {
      write('project/Dockerfile', `FROM ${BASE}\nCOPY . /app/\nUSER 5\n`)
      write('project/text', MARK)
      write('project/.dockerignore', 'secret\n')
      write('project/secret', 'secret')
      const lock = await lockFile()
      write('project/text', 'changed')
      const built = await open().ensure(lock)
      expect(built.user).toBe('5')
      expect(runIn(built.image, 'cat', '/app/text')).toBe(MARK)
      expect(runIn(built.image, 'ls', '-A', '/app')).not.toContain('secret')
      expect(await lockFile()).not.toEqual(lock)
    })

    test('that fail name the step, and do not count when they are given up', async () => {
      write('project/Dockerfile', `FROM ${BASE}\nLABEL ${LEFT}=1\nRUN echo ${MARK} && false\n`)
      await expect(open().ensure(await lockFile())).rejects.toMatchObject({
        code: 'environment_failed',
        message: expect.stringContaining('&& false"') as string,
        details: expect.stringContaining(MARK) as string,
      })
      write('project/Dockerfile', `FROM ${BASE}\nLABEL ${LEFT}=1\nRUN echo ${MARK} && sleep 600\n`)
      const lock = await lockFile()
      const giveUp = new AbortController()
      const began = Promise.withResolvers<void>()
      const onLine = (line: string) => line === MARK && began.resolve()
      const building = open().ensure(lock, { signal: giveUp.signal, onLine: (line) => void onLine(line) })
      await Promise.race([began.promise, building])
      giveUp.abort(new Error('given up'))
      await expect(building).rejects.toThrow('given up')
      expect(await images.find(imageTag(environmentDigest(lock), 'linux/amd64'))).toBeUndefined()
      expect(await own()).toEqual([])
    })
  })

  describe('on the disk', () => {
    const make = async (text: string, pipeline?: string) => {
      write('project/Dockerfile', `FROM ${BASE}\nENV TEXT=${text}-${MARK}\n`)
      const lock = await open().lock({ dockerfile: 'project/Dockerfile' }, { folder: home, exclude: [] })
      return (await open().ensure(lock, { pipeline })).digest
    }
    const digests = async () => (await own()).map(({ digest }) => digest)

    test('are pruned by age and use, and what a run or a container uses stays', async () => {
      const [one, two, three] = [await make('one', 'wine'), await make('two'), await make('three')]
      const inUse = (digest: string) => digest === one
      const tag = imageTag(two, 'linux/amd64')
      const container = docker('create', tag, 'true')
      expect(await open({ inUse }).prune({ olderThanMs: Date.now() / 2, dryRun: false })).toEqual([])
      const would = await open({ inUse }).prune({ olderThanMs: 0, dryRun: true })
      expect(would.map(({ digest }) => digest).toSorted()).toEqual([two, three].toSorted())
      const gone = await open({ inUse }).prune({ olderThanMs: 0, dryRun: false })
      expect(gone.map(({ digest }) => digest)).toEqual([three])
      expect(await digests()).toEqual([one, two].toSorted())
      docker('rm', container)
      await expect(open({ inUse }).remove(one)).rejects.toMatchObject({ code: 'environment_in_use' })
      await open().prune({ olderThanMs: 0, dryRun: false })
      expect(await digests()).toEqual([])
      const contexts = join(home, 'environments', 'contexts')
      expect(readdirSync(contexts)).toHaveLength(3)
      for (const name of readdirSync(contexts)) utimesSync(join(contexts, name), 1, 1)
      await open({ inUse }).prune({ olderThanMs: 0, dryRun: false })
      expect(readdirSync(contexts)).toHaveLength(1)
      await open().prune({ olderThanMs: 0, dryRun: false })
      expect(readdirSync(contexts)).toEqual([])
    })

    test('of another data folder are listed, and pruned by age alone', async () => {
      const digest = await make('other')
      const elsewhere = home
      home = mkdtempSync(join(root, 'home-'))
      expect(await open().list()).toContainEqual(expect.objectContaining({ digest, own: false, users: [] }))
      expect(await open().prune({ olderThanMs: 0, dryRun: true })).toEqual([])
      const lock = await open().lock({ dockerfile: 'project/Dockerfile' }, { folder: elsewhere, exclude: [] })
      await open().ensure(lock, { pipeline: 'here', onLine: (line) => expect.fail(line) })
      expect(await own()).toMatchObject([{ digest, users: ['here'] }])
      await open().remove(digest)
      expect(await open().list()).not.toContainEqual(expect.objectContaining({ digest }))
      home = elsewhere
    })

    test('that are not there cannot be deleted', async () => {
      await expect(open().remove('0'.repeat(64))).rejects.toMatchObject({ code: 'not_found' })
      await expect(open().remove('../x')).rejects.toMatchObject({ code: 'not_found' })
    })

    test('that somebody removed by hand are made again', async () => {
      const digest = await make('hand')
      docker('rmi', imageTag(digest, 'linux/amd64'))
      expect(await digests()).toEqual([])
      expect(await make('hand')).toBe(digest)
      expect(await digests()).toEqual([digest])
    })
  })
})
