import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDockerEngine } from '#core/runtimes/docker/engine.ts'
import { openDockerImages } from '#core/runtimes/docker/images.ts'
import { openImageRegistries } from '#core/runtimes/docker/images-registries.ts'
import { RUNNER_BUNDLE } from '#core/runtimes/docker/runner-image.ts'
import { openRunnerImages } from '#core/runtimes/docker/runner-layer.ts'
import { openSettings } from '#core/settings/index.ts'
import { startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { openClusterImages, openImageEnvironments, type ClusterImages, type ImageLock } from './index.ts'
import type { ClusterImageWish, PushProgress } from './cluster-image-types.ts'
import type { PythonLock } from './lock.ts'

const BASE = 'busybox:1.35'
const AMD = 'linux/amd64'
const PYTHON: PythonLock = {
  kind: 'python',
  spec: { python: '3.11', packages: [] },
  pythonMinor: '3.11',
  requirements: [],
}

describeWithDocker('what would be done for images of clusters', () => {
  const none = openDockerEngine({ host: () => 'tcp://127.0.0.1:9' })
  let root = ''
  let bundle = ''
  let registry: Registry

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'minisub-inspect-'))
    process.env['DOCKER_CONFIG'] = root
    bundle = join(root, 'runner.mjs')
    copyFileSync(RUNNER_BUNDLE, bundle)
    registry = await startRegistry('minisub.test.inspect')
  })
  afterAll(async () => {
    await registry[Symbol.asyncDispose]()
    rmSync(root, { recursive: true })
    delete process.env['DOCKER_CONFIG']
  })

  const open = (withEngine = true): ClusterImages => {
    const engine = withEngine ? openDockerEngine() : none
    const images = openDockerImages({ engine })
    const settings = openSettings(root, { MINISUB_DOCKER_DEFAULT_IMAGE: BASE })
    return openClusterImages({
      home: root,
      engine: images,
      settings,
      images: openImageEnvironments({ home: root, images, settings }),
      registries: openImageRegistries({ engine }),
      runners: openRunnerImages({ images, bundle }),
    })
  }
  const wish = (more: Partial<ClusterImageWish> = {}): ClusterImageWish => {
    return { registry: `${registry.host}/team`, platform: AMD, pipeline: 'p', ...more }
  }
  const tags = (name: string): Promise<string[]> =>
    openImageRegistries({ engine: none }).tags(`${registry.host}/team/${name}`)
  /** Pushes, and counts what was sent. */
  async function pushed(push: (wish: ClusterImageWish) => Promise<unknown>): Promise<number> {
    let last: PushProgress | undefined
    await push(wish({ onProgress: (progress) => void (last = progress) }))
    return last?.totalBytes ?? 0
  }

  test('is told to the byte before they are pushed, and nothing is pushed by it', async () => {
    const images = open()
    // The runner's own image must be here, as it is wherever a container was started.
    await openRunnerImages({ images: openDockerImages({ engine: openDockerEngine() }), bundle }).build({
      base: 'scratch',
      platform: AMD,
      tag: `minisub-test:inspect-${process.pid}`,
      labels: {},
    })
    execFileSync('docker', ['rmi', `minisub-test:inspect-${process.pid}`])
    const plain = await images.inspect(null, wish())
    expect(plain).toMatchObject({
      action: 'push',
      layers: { total: 2, missing: 2 },
      reference: (await images.predict(null, wish())).reference,
    })
    expect(await tags('minisub-env')).toEqual([])
    expect(await pushed((it) => images.ensure(null, it))).toBe(plain.bytes)

    const there = await open(false).inspect(null, wish())
    expect(there).toMatchObject({ action: 'present', layers: { total: 2, missing: 0 }, bytes: 0 })
    expect(there.reference).toBe((await images.ensure(null, wish())).reference)

    const runner = await images.inspectRunner(wish())
    expect(runner).toMatchObject({ action: 'push', layers: { total: 1, missing: 0 }, bytes: 0 })
    expect(await pushed((it) => images.runner(it))).toBe(0)
    expect(await open(false).inspectRunner(wish())).toMatchObject({ action: 'present' })
  })

  test('is told of an environment by the layers that other images have brought there', async () => {
    const images = open()
    await openImageEnvironments({
      home: root,
      images: openDockerImages({ engine: openDockerEngine() }),
      settings: openSettings(root, {}),
    }).ensure(PYTHON)
    const before = await images.inspect(PYTHON, wish())
    expect(before).toMatchObject({ action: 'push', what: expect.stringContaining('Python 3.11') as string })
    expect(before.layers?.missing).toBe((before.layers?.total ?? 0) - 1)
    expect(await pushed((it) => images.ensure(PYTHON, it))).toBe(before.bytes)
  })

  test('is to build what the engine has not made, of which no bytes are known', async () => {
    const never: PythonLock = { ...PYTHON, requirements: ['never==1 --hash=sha256:00'] }
    const found = await open().inspect(never, wish())
    expect(found).toMatchObject({ action: 'build', layers: null, bytes: null, runner: 'layer' })
  })

  test('is nothing for an image that a registry has by digest', async () => {
    const name = await registry.push(BASE, 'other/base:1')
    const { indexDigest, platforms } = await openDockerImages({ engine: openDockerEngine() }).resolve(name)
    const lock: ImageLock = { kind: 'image', image: name, indexDigest, platforms }
    const found = await open(false).inspect(lock, wish())
    expect(found).toMatchObject({ action: 'as_is', runner: 'copy', bytes: 0, what: `the image ${name}` })
    expect(found.env['PATH']).toContain('/bin')
  })

  test('is refused in words where no engine, no registry or no platform fits', async () => {
    const never: PythonLock = { ...PYTHON, requirements: ['never==2 --hash=sha256:00'] }
    await expect(open(false).inspect(never, wish())).rejects.toMatchObject({ code: 'engine_unavailable' })
    const nobody = wish({ registry: 'localhost:9/team' })
    await expect(open().inspect(never, nobody)).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: expect.stringMatching(/localhost:9 .*address in the target/) as string,
    })
    await expect(open().inspect(never, wish({ platform: 'linux/arm64' }))).rejects.toMatchObject({
      code: 'image_platform',
    })
  })
})
