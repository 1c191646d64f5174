import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTAINER, runnerInstallCommand } from '#core/attempts/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import {
  openDockerEngine,
  openDockerImages,
  openImageRegistries,
  openRunnerImages,
} from '#core/runtimes/docker/index.ts'
import { RUNNER_BUNDLE } from '#core/runtimes/docker/runner-image.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { openSettings } from '#core/settings/index.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { openClusterImages, openImageEnvironments, type ClusterImages, type ImageLock } from './index.ts'

const PODS = { path: '/api/v1', plural: 'pods' }
const OWNER = `images-${process.pid}`
const LABELS = { 'minisub.test': OWNER }
const PLATFORM = 'linux/amd64'
const INSTALL = '/install'
/** The runner's own Node, which needs nothing of the image. */
const NODE = [
  `${CONTAINER.runner}/lib/ld-linux-x86-64.so.2`,
  '--library-path',
  `${CONTAINER.runner}/lib`,
  `${CONTAINER.runner}/bin/node`,
]

describeWithKubernetes('pods of images that were brought to a cluster', () => {
  const engine = openDockerEngine()
  const images = openDockerImages({ engine })
  const registry = `${lab.registry}/minisub-test/${OWNER}`
  const wish = { registry, platform: PLATFORM, pipeline: 'test' }
  let home = ''
  let cluster: Cluster
  let open: ClusterImages

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'minisub-cluster-pods-'))
    const bundle = join(home, 'runner.mjs')
    copyFileSync(RUNNER_BUNDLE, bundle)
    cluster = openCluster({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace: lab.namespace })
    const settings = openSettings(home, { MINISUB_DOCKER_DEFAULT_IMAGE: 'busybox:1.35' })
    open = openClusterImages({
      home,
      settings,
      engine: images,
      images: openImageEnvironments({ home, images, settings }),
      registries: openImageRegistries({ engine }),
      runners: openRunnerImages({ images, bundle }),
    })
  })
  afterAll(async () => {
    await cluster.deleteAll(PODS, { labelSelector: `minisub.test=${OWNER}`, graceSeconds: 0 })
    await cluster[Symbol.asyncDispose]()
    rmSync(home, { recursive: true })
  })

  /** Runs a pod to its end; what its container `main` printed. */
  const run = async (name: string, spec: object): Promise<string> => {
    const metadata = { name: `${OWNER}-${name}`, labels: LABELS }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { restartPolicy: 'Never', ...spec } }
    await cluster.create(PODS, pod)
    const end = async (): Promise<unknown> => phaseOf(await cluster.get(PODS, metadata.name))
    await expect.poll(end, { timeout: 90_000 }).toMatch(/Succeeded|Failed/)
    const bytes: Uint8Array[] = []
    for await (const piece of cluster.log(metadata.name, { container: 'main', follow: false })) bytes.push(piece)
    return Buffer.concat(bytes).toString('utf8').trim()
  }

  test('have the runner in the layer of an image that was built here', async () => {
    const { reference, runner } = await open.ensure(null, wish)
    const main = { name: 'main', image: reference, command: [...NODE, '-p', 'process.version'] }
    expect(runner).toBe('layer')
    expect(await run('layer', { containers: [main] })).toMatch(/^v24\./)
  })

  test('get the runner of another container where a registry has the image itself', async () => {
    const name = `${registry}/own:1`
    execFileSync('docker', ['tag', 'busybox:1.35', name])
    await images.push(name)
    const { indexDigest, platforms } = await images.resolve(name)
    execFileSync('docker', ['rmi', name])
    const lock: ImageLock = { kind: 'image', image: name, indexDigest, platforms }
    const { reference, runner } = await open.ensure(lock, wish)
    expect([reference, runner]).toEqual([`${registry}/own@${indexDigest}`, 'copy'])
    const command = runnerInstallCommand(PLATFORM, INSTALL)
    const init = { name: 'init', image: await open.runner(wish), command, volumeMounts: [at(INSTALL)] }
    const main = { name: 'main', image: reference, command: [...NODE, '-p', 'process.version'] }
    const mounted = { ...main, volumeMounts: [at(CONTAINER.runner)] }
    const spec = { initContainers: [init], containers: [mounted], volumes: [{ name: 'runner', emptyDir: {} }] }
    expect(await run('init', spec)).toMatch(/^v24\./)
  })
})

function at(mountPath: string): object {
  return { name: 'runner', mountPath }
}

function phaseOf({ status }: KubeObject): unknown {
  return typeof status === 'object' && status !== null && 'phase' in status ? status.phase : undefined
}
