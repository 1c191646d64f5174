import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDockerEngine } from '#core/runtimes/docker/engine.ts'
import { openDockerImages } from '#core/runtimes/docker/images.ts'
import { openImageRegistries } from '#core/runtimes/docker/images-registries.ts'
import { RUNNER_BUNDLE } from '#core/runtimes/docker/runner-image.ts'
import { openRunnerImages } from '#core/runtimes/docker/runner-layer.ts'
import type { ImageEngine } from '#core/runtimes/images.ts'
import { openSettings } from '#core/settings/index.ts'
import { startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { CLUSTER_LABEL } from './cluster-image-plan.ts'
import type { ClusterImageWish, PushProgress } from './cluster-image-types.ts'
import { openClusterImages, openImageEnvironments, type ClusterImages, type ImageLock } from './index.ts'
import type { PythonLock } from './lock.ts'

const BASE = 'busybox:1.35'
const AMD = 'linux/amd64'
/** Python and nothing else: the base image is all that its build needs. */
const PYTHON: PythonLock = {
  kind: 'python',
  spec: { python: '3.11', packages: [] },
  pythonMinor: '3.11',
  requirements: [],
}

/** What the image of the runner takes from where Node comes from. */
const LIBRARIES = [
  'ld-linux-aarch64.so.1',
  'libc.so.6',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libm.so.6',
  'libpthread.so.0',
].concat(['libstdc++.so.6', 'libpcre2-8.so.0', 'libselinux.so.1'])

async function* contextOf(dockerfile: string, files: readonly string[]): AsyncGenerator<Uint8Array> {
  const tar = pack()
  tar.entry({ name: 'Dockerfile' }, dockerfile)
  for (const name of files) tar.entry({ name }, name)
  tar.finalize()
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}

type Loaded = { readonly created: string; readonly labels: Readonly<Record<string, string>> }

/** Gives the engine an image without files. */
async function loadImage(tag: string, { created, labels }: Loaded): Promise<void> {
  const layer = Buffer.alloc(1024)
  const diff = `sha256:${createHash('sha256').update(layer).digest('hex')}`
  const rootfs = { type: 'layers', diff_ids: [diff] }
  const config = { os: 'linux', architecture: 'amd64', created, config: { Labels: labels }, rootfs }
  const tar = pack()
  tar.entry({ name: 'config.json' }, JSON.stringify(config))
  tar.entry({ name: 'layer.tar' }, layer)
  tar.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }]),
  )
  tar.finalize()
  const bytes: Uint8Array[] = []
  for await (const piece of tar) if (piece instanceof Uint8Array) bytes.push(piece)
  execFileSync('docker', ['load'], { input: Buffer.concat(bytes) })
}

function docker(...words: string[]): string {
  return execFileSync('docker', words, { encoding: 'utf8' }).trim()
}

describeWithDocker('images of steps for clusters', () => {
  const none = openDockerEngine({ host: () => 'tcp://127.0.0.1:9' })
  let root = ''
  let home = ''
  /** A copy, which nobody builds anew meanwhile. */
  let bundle = ''
  let engine: ImageEngine
  let registry: Registry
  let pushedTo: Registry
  /** Each test has names of its own; layers are there for all once they are pushed. */
  let team = 0

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'minisub-cluster-images-'))
    process.env['DOCKER_CONFIG'] = root
    bundle = join(root, 'runner.mjs')
    copyFileSync(RUNNER_BUNDLE, bundle)
    engine = openDockerImages({ engine: openDockerEngine() })
    registry = await startRegistry('minisub.test.cluster')
    pushedTo = await startRegistry('minisub.test.cluster')
  })
  afterAll(async () => {
    await registry[Symbol.asyncDispose]()
    await pushedTo[Symbol.asyncDispose]()
    rmSync(root, { recursive: true })
    delete process.env['DOCKER_CONFIG']
  })
  beforeEach(() => {
    home = mkdtempSync(join(root, 'home-'))
    team += 1
  })

  type More = {
    readonly withEngine?: boolean
    readonly settings?: Record<string, string>
    readonly at?: string
    readonly base?: string
  }
  const open = ({ withEngine = true, settings = {}, at = home, base }: More = {}): ClusterImages => {
    const of = withEngine ? openDockerEngine() : none
    const images = openDockerImages({ engine: of })
    const set = openSettings(at, { MINISUB_DOCKER_DEFAULT_IMAGE: BASE, ...settings })
    return openClusterImages({
      home: at,
      engine: images,
      settings: set,
      images: openImageEnvironments({ home: at, images, settings: set }),
      registries: openImageRegistries({ engine: of }),
      runners: openRunnerImages({ images, bundle, ...(base === undefined ? {} : { base }) }),
    })
  }
  const wish = (more: Partial<ClusterImageWish> = {}): ClusterImageWish => ({
    registry: `${pushedTo.host}/team${team}`,
    platform: AMD,
    pipeline: 'p',
    ...more,
  })
  const tagsThere = async (): Promise<string[]> => {
    const url = `http://${pushedTo.host}/v2/team${team}/minisub-env/tags/list`
    const answer: unknown = await (await fetch(url)).json()
    return typeof answer === 'object' && answer !== null && 'tags' in answer ? (answer.tags as string[]) : []
  }
  /** What the engine has for a registry: other tests work beside this one. */
  const leftFor = async (host: string): Promise<string[]> =>
    (await engine.list(CLUSTER_LABEL)).flatMap(({ tags }) => tags).filter((tag) => tag.startsWith(`${host}/`))
  const bytesThere = (name: string) =>
    openImageRegistries({ engine: none })
      .read(name, AMD)
      .then((it) => it?.sizeBytes ?? 0)
  const runIn = (image: string, ...command: string[]): string => {
    try {
      return docker('run', '--rm', '--network', 'none', image, ...command)
    } finally {
      docker('rmi', image)
    }
  }

  test('are built and pushed with the runner in them, and the second time neither engine nor push is needed', async () => {
    const lines: string[] = []
    const seen: PushProgress[] = []
    const asked = wish({ onLine: (line) => void lines.push(line), onProgress: (it) => void seen.push(it) })
    const built = await open().ensure(PYTHON, asked)
    expect(built).toMatchObject({
      runner: 'layer',
      reference: expect.stringMatching(
        new RegExp(`^${pushedTo.host}/team${team}/minisub-env@sha256:[0-9a-f]{64}$`),
      ) as string,
      env: { VIRTUAL_ENV: '/opt/minisub/env' },
      why: expect.stringMatching(/Python 3\.11 with 0 packages.*layer.*MB of it, unpacked, were sent/) as string,
    })
    expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.totalBytes)
    expect(seen.at(-1)?.secondsLeft).toBe(0)
    expect(seen.some(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0)).toBe(true)
    expect(lines.filter((line) => line.startsWith('pushing'))[0]).toMatch(/: [\d.]+ [kM]?B of [\d.]+ [kM]B/)
    expect(await leftFor(pushedTo.host)).toEqual([])
    const again = await open({ withEngine: false }).ensure(PYTHON, wish())
    expect(again).toEqual({ ...built, why: expect.stringContaining('nothing is sent') as string })
    const predicted = await open({ withEngine: false }).predict(PYTHON, wish())
    const [tag] = await tagsThere()
    expect(predicted).toEqual({ runner: 'layer', reference: `${pushedTo.host}/team${team}/minisub-env:${tag}` })
    const files = runIn(built.reference, 'ls', '/mini-submarine-runner', '/opt/minisub/env/bin')
    for (const name of ['runner.mjs', 'lib', 'python']) expect(files).toContain(name)
  })

  test('of several environments share the layer of the runner, which is sent once', async () => {
    const seen: PushProgress[] = []
    await open().ensure(PYTHON, wish())
    await open().ensure(null, wish({ onProgress: (it) => void seen.push(it) }))
    expect(seen.at(-1)?.totalBytes).toBeLessThan(10_000_000)
  })

  test('that a registry has by digest are used as they are, and nothing is pushed', async () => {
    const name = await registry.push(BASE, 'team/base:1')
    const { indexDigest, platforms } = await engine.resolve(name)
    const lock: ImageLock = { kind: 'image', image: name, indexDigest, platforms }
    const expected = { runner: 'copy', reference: `${registry.host}/team/base@${indexDigest}` }
    expect(await open({ withEngine: false }).predict(lock, wish())).toEqual(expected)
    const image = await open({ withEngine: false }).ensure(lock, wish())
    expect(image).toMatchObject({
      ...expected,
      why: expect.stringMatching(/nothing is sent.*container beside the step/) as string,
    })
    expect(image.env['PATH']).toContain('/bin')
    const lines: string[] = []
    const far = { ...lock, image: `localhost:9/base:1` }
    const kept = await open({ withEngine: false }).ensure(far, wish({ onLine: (line) => void lines.push(line) }))
    expect(kept.env).toEqual(image.env)
    expect([lines, await tagsThere()]).toEqual([[], []])
  })

  test('that a registry no longer has, or does not tell of, are said', async () => {
    const digest = `sha256:${'a'.repeat(64)}`
    const lock: ImageLock = { kind: 'image', image: `${registry.host}/gone:1`, indexDigest: digest, platforms: {} }
    await expect(open().ensure(lock, wish())).rejects.toMatchObject({ code: 'image_unavailable' })
    const lines: string[] = []
    const far = { ...lock, image: 'localhost:9/far:1' }
    const image = await open().ensure(far, wish({ onLine: (line) => void lines.push(line) }))
    expect(image).toMatchObject({ runner: 'copy', reference: `localhost:9/far@${digest}`, env: {} })
    expect(lines.join()).toMatch(/variables of localhost:9\/far@.* are not known here/)
  })

  test('that only an engine has, and of steps without an environment, are pushed', async () => {
    const id = docker('inspect', '--format', '{{.Id}}', BASE)
    const local: ImageLock = { kind: 'image', image: 'mine:1', indexDigest: id, platforms: { [AMD]: id }, local: true }
    const images = open()
    expect(await images.ensure(local, wish())).toMatchObject({ runner: 'layer' })
    const plain = await images.ensure(null, wish())
    expect(plain).toMatchObject({ runner: 'layer', why: expect.stringContaining('without an environment') as string })
    expect(await tagsThere()).toHaveLength(2)
    const arm = wish({ platform: 'linux/arm64' })
    await expect(images.ensure(local, arm)).rejects.toMatchObject({ code: 'image_platform' })
    await expect(images.ensure(null, arm)).rejects.toMatchObject({
      code: 'image_platform',
      message: expect.stringMatching(
        /does not have .* for linux\/arm64, and .* builds linux\/amd64: run it once/,
      ) as string,
    })
  })

  test('have the runner alone for the containers that copy it, of which most is there already', async () => {
    const images = open()
    await images.ensure(null, wish())
    const seen: PushProgress[] = []
    const reference = await images.runner(wish({ onProgress: (it) => void seen.push(it) }))
    expect(reference).toMatch(new RegExp(`^${pushedTo.host}/team${team}/minisub-runner@sha256:`))
    expect(seen).toEqual([])
    expect(await bytesThere(reference)).toBeGreaterThan(10_000_000)
    expect(await open({ withEngine: false }).runner(wish())).toBe(reference)
    expect(await images.predictRunner(wish())).toMatch(/\/minisub-runner:[0-9a-f]{12}-linux-amd64$/)
  })

  test('have the runner for another platform than the engine too, since nothing is run to make it', async () => {
    const base = `${pushedTo.host}/node:arm`
    const files = ['usr/local/bin/node', 'usr/bin/mkfifo', ...LIBRARIES.map((name) => `usr/lib/arm-linux-gnu/${name}`)]
    const made = { dockerfile: 'Dockerfile', tag: base, labels: {}, args: {}, platform: 'linux/arm64' }
    await engine.build({ ...made, context: contextOf('FROM scratch\nCOPY usr /usr\n', files) })
    await engine.push(base)
    docker('rmi', base)
    const arm = wish({ platform: 'linux/arm64' })
    writeFileSync(bundle, readFileSync(bundle, 'utf8') + '// arm\n')
    const mark = (): Promise<string> => openRunnerImages({ images: engine, bundle }).mark()
    try {
      const reference = await open({ base }).runner(arm)
      const stored = await openImageRegistries({ engine: none }).read(reference, 'linux/arm64')
      expect(stored?.platform).toBe('linux/arm64')
    } finally {
      const own = await mark()
      copyFileSync(RUNNER_BUNDLE, bundle)
      const digest = (await engine.resolve(base)).platforms['linux/arm64'] ?? ''
      docker('rmi', `minisub-runner:${own}-linux-arm64`, `${pushedTo.host}/node@${digest}`)
    }
  })

  test('are pushed once by many who ask at once, in one core or in two', async () => {
    const [one, two, three] = [open(), open(), open({ at: mkdtempSync(join(root, 'home-')) })]
    const all = [one, one, two, three].map((images) => images.ensure(null, wish()))
    const references = new Set((await Promise.all(all)).map(({ reference }) => reference))
    for (const reference of references) expect(await bytesThere(reference)).toBeGreaterThan(1_000_000)
    expect(await leftFor(pushedTo.host)).toEqual([])
  })

  test('that are given up leave nothing in the engine, and come with the next try', async () => {
    const giveUp = new AbortController()
    const stop = new Error('given up')
    const empty = await startRegistry('minisub.test.cluster')
    try {
      const asked = wish({ registry: empty.host, signal: giveUp.signal, onProgress: () => giveUp.abort(stop) })
      await expect(open().ensure(null, asked)).rejects.toBe(stop)
      expect(await leftFor(empty.host)).toEqual([])
      expect(await open().ensure(null, wish({ registry: empty.host }))).toMatchObject({ runner: 'layer' })
    } finally {
      await empty[Symbol.asyncDispose]()
    }
  })

  test('say what is wrong: no engine, no registry, no login', async () => {
    await expect(open({ withEngine: false }).ensure(PYTHON, wish())).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringMatching(
        /does not have the image of Python 3\.11.*needed only to build and push/,
      ) as string,
    })
    const nobody = wish({ registry: 'localhost:9/team' })
    for (const withEngine of [true, false]) {
      await expect(open({ withEngine }).ensure(null, nobody)).rejects.toMatchObject({
        code: 'registry_unreachable',
        message: expect.stringMatching(/localhost:9 .*address in the target/) as string,
      })
    }
    const closed = await startRegistry('minisub.test.cluster', { login: true })
    try {
      const denied = {
        code: 'registry_denied',
        message: expect.stringContaining(`docker login ${closed.host}`) as string,
      }
      await expect(open().ensure(null, wish({ registry: closed.host }))).rejects.toMatchObject(denied)
      await expect(open().runner(wish({ registry: closed.host }))).rejects.toMatchObject(denied)
      expect(await open().check(closed.host)).toMatchObject({ push: denied })
    } finally {
      await closed[Symbol.asyncDispose]()
    }
    expect(await open().check(pushedTo.host)).toEqual({ push: 'ok' })
  })

  test('that a core left when it died are in no list of environments, and are pruned when they are old', async () => {
    const settings = openSettings(home, {})
    const environments = openImageEnvironments({ home, images: engine, settings })
    const digest = 'ab'.repeat(32)
    const labels = { [CLUSTER_LABEL]: `${digest}.x`, 'minisub.environment': digest }
    const [old, young] = [`minisub-test:old-${process.pid}`, `minisub-test:young-${process.pid}`]
    await loadImage(young, { created: new Date().toISOString(), labels })
    const wishes = { olderThanMs: 365 * 86_400_000 }
    // Other tests prune the same engine: what they took meanwhile is there again.
    const afterDryRun = async () => {
      await loadImage(old, { created: '2026-01-01T00:00:00Z', labels })
      await environments.prune({ ...wishes, dryRun: true })
      return engine.find(old)
    }
    await expect.poll(afterDryRun).toBeDefined()
    expect((await environments.list()).filter((it) => it.digest === digest)).toEqual([])
    await environments.prune({ ...wishes, dryRun: false })
    expect([await engine.find(old), (await engine.find(young))?.tags]).toEqual([undefined, [young]])
    docker('rmi', young)
  })

  test('under whose name something else lies are made anew', async () => {
    const { reference } = await open().predict(null, wish())
    await pushedTo.push(BASE, reference.slice(pushedTo.host.length + 1))
    docker('rmi', reference)
    const image = await open().ensure(null, wish())
    expect(image.why).toMatch(/had each of its layers|sent to the registry/)
    expect((await openImageRegistries({ engine: none }).read(reference, AMD))?.labels[CLUSTER_LABEL]).toBeDefined()
  })
})
