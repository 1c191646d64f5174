import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import type { ClusterEngineFacts, EngineContainer } from '#core/runtimes/cluster-engine.ts'
import type { EngineImage } from '#core/runtimes/images.ts'
import { judge } from './checks.ts'
import type { PortFact, PreflightFacts } from './facts.ts'
import { refuseErrors } from './preflight.ts'

const ENGINE: ClusterEngineFacts = {
  name: 'Docker Engine',
  version: '28.1.0',
  address: 'the socket /var/run/docker.sock',
  host: 'unix:///var/run/docker.sock',
  platform: 'linux/amd64',
  cpus: 8,
  memoryBytes: 16e9,
  cgroupVersion: '2',
  isRootless: false,
  isPodman: false,
  rootFolder: '/var/lib/docker',
  isLocal: true,
  proxies: {},
}
const NO_NAMES = { clusters: [], targets: [], secrets: [] }
const NET = { id: '1', name: 'bridge', labels: {} }
const NODE = 'kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a'
const IMAGE: EngineImage = {
  id: 'sha256:1',
  platform: 'linux/amd64',
  sizeBytes: 1,
  createdAt: 0,
  tags: [],
  repoDigests: [],
  labels: {},
  user: '',
  env: { container: 'docker' },
  layers: [],
}
const KIND = { unfit: [], pinned: 'v0.30.0', canDownload: true }
const TOOL = { path: '/usr/bin/kind', version: 'v0.30.0', from: 'path' } as const
const FACTS: PreflightFacts = {
  engine: { value: ENGINE },
  containers: { value: [] },
  networks: { value: [{ ...NET, subnets: ['172.17.0.0/16'] }] },
  inotify: { value: { watches: 524_288, instances: 512 } },
  engineDisk: { value: { folder: '/var/lib/docker', freeBytes: 50e9 } },
  homeDisk: { value: { folder: '/home/ada', freeBytes: 50e9 } },
  ports: [],
  routes: { value: [{ subnet: '0.0.0.0/0', device: 'eth0', gateway: true }] },
  variables: {},
  command: { name: 'docker', path: '/usr/bin/docker' },
  kind: { value: { ...KIND, tool: TOOL } },
  names: { value: NO_NAMES },
  nodeImage: { reference: NODE, image: { value: IMAGE } },
  config: undefined,
}
const IDS =
  'engine privileges cgroup inotify memory disk ports subnet name proxy docker-cli kind architecture node-image config'.split(
    ' ',
  )

type Change = Partial<PreflightFacts>

function look(change: Change, form: Partial<LocalClusterForm> = {}) {
  return judge({ form: { ...LocalClusterForm.parse({}), ...form }, facts: { ...FACTS, ...change } })
}

const withEngine = (change: Partial<ClusterEngineFacts>): Change => ({ engine: { value: { ...ENGINE, ...change } } })
const port = (change: Partial<PortFact>): PortFact => ({
  of: 'the registry',
  port: 5001,
  isFree: true,
  next: undefined,
  ...change,
})
const container = (change: Partial<EngineContainer>): EngineContainer => ({
  id: '1',
  name: 'x',
  image: 'i',
  state: 'running',
  labels: {},
  hostPorts: [],
  ...change,
})
const node = container({ name: 'local-cluster-control-plane', labels: { 'io.x-k8s.kind.cluster': 'local-cluster' } })
const kindIs = (kind: object): Change => ({ kind: { value: { ...KIND, ...kind } } })
const config = (nodes: ('control-plane' | 'worker')[], more: object = {}): Change => ({
  config: {
    path: '/k.yaml',
    content: {
      value: {
        kind: 'Cluster',
        apiVersion: 'kind.x-k8s.io/v1alpha4',
        nodes: nodes.map((role) => ({ role })),
        ...more,
      },
    },
  },
})
const nodeImage = (reference: string, image: EngineImage = IMAGE): Change => ({
  nodeImage: { reference, image: { value: image } },
})
const routed = (subnet: string): Change => ({ routes: { value: [{ subnet, device: 'tun0', gateway: true }] } })
const disk = (freeBytes: number) => ({ value: { folder: '/d', freeBytes } })

describe('the preflight', () => {
  test('of a machine that has everything is all ok, in a fixed order', () => {
    const checks = look({})
    expect(checks.map(({ id }) => id)).toEqual(IDS)
    expect(checks.filter(({ level, fix }) => level !== 'ok' || fix !== null)).toEqual([])
  })

  const nobody = { problem: { code: 'engine_unavailable', message: 'no engine answers: start Docker' } } as const
  const forbidden = { problem: { code: 'engine_forbidden', message: 'you may not use it: join the group' } } as const
  test.each<[string, string, Change, string, string]>([
    ['engine', 'error', { engine: nobody }, 'no engine answers', 'start Docker'],
    ['engine', 'error', withEngine({ host: 'ssh://me@box' }), 'on another machine', 'on this machine'],
    ['engine', 'error', withEngine({ host: 'tcp://10.1.2.3:2375' }), 'on another machine', 'on this machine'],
    ['engine', 'warning', withEngine({ name: 'Podman', isPodman: true }), 'experimental', 'use Docker'],
    ['engine', 'info', { engine: forbidden }, 'you may not use it', ''],
    ['privileges', 'error', { engine: forbidden }, 'you may not use it', 'join the group'],
    ['privileges', 'error', withEngine({ isRootless: true, cgroupVersion: '1' }), 'cgroup v2', 'unified'],
    ['privileges', 'error', withEngine({ isRootless: true, canLimit: false }), 'may not limit', 'Delegate=yes'],
    ['cgroup', 'warning', withEngine({ cgroupVersion: '1' }), 'cgroup v1', 'cgroup v2'],
    ['cgroup', 'info', { engine: nobody }, 'not known', ''],
    [
      'inotify',
      'warning',
      { inotify: { value: { watches: 8192, instances: 512 } } },
      '8192',
      'max_user_watches=524288',
    ],
    ['inotify', 'warning', { inotify: { value: { watches: 6e6, instances: 128 } } }, '128', 'max_user_instances=512'],
    ['inotify', 'info', { inotify: { unknown: 'the engine is elsewhere' } }, 'the engine is elsewhere', ''],
    ['memory', 'error', withEngine({ memoryBytes: 1.9e9 }), '1.9 GB', '4.0 GB'],
    ['memory', 'warning', withEngine({ memoryBytes: 3.9e9 }), '3.9 GB', '4.0 GB'],
    ['memory', 'info', withEngine({ memoryBytes: 0 }), 'not known', ''],
    ['disk', 'error', { engineDisk: disk(4.9e9) }, 'only 4.9 GB', 'docker system df'],
    ['disk', 'warning', { engineDisk: disk(9e9) }, '9.0 GB', '10.0 GB'],
    ['disk', 'error', { homeDisk: disk(1e6) }, 'data folder', '1.0 GB'],
    ['disk', 'info', { engineDisk: { unknown: 'it is a machine of its own' } }, 'a machine of its own', ''],
    ['ports', 'error', { ports: [port({ isFree: false, next: 5003 })] }, '5001 for the registry is taken', '5003'],
    ['ports', 'error', { ports: [port({}), port({ of: 'the store' })] }, 'the registry and the store', 'of its own'],
    ['ports', 'info', { ports: [port({ port: 80, isFree: 'unknown' })] }, '80', '1023'],
    ['subnet', 'warning', routed('172.18.5.0/24'), '172.18.5.0/24 by tun0', 'default-address-pools'],
    ['subnet', 'warning', routed('172.16.0.0/12'), '172.18.0.0/16', 'VPN'],
    ['subnet', 'info', routed('10.0.0.0/8'), '10.0.0.0/8 by tun0', ''],
    ['subnet', 'ok', routed('172.17.0.0/16'), 'the engine gives 172.18.0.0/16', ''],
    [
      'subnet',
      'error',
      { networks: { value: [{ ...NET, subnets: ['172.16.0.0/12', '192.168.0.0/16'] }] } },
      'no free',
      'prune',
    ],
    ['subnet', 'info', { routes: { unknown: 'Windows' } }, 'Windows', ''],
    ['name', 'error', { names: { value: { ...NO_NAMES, clusters: ['local-cluster'] } } }, 'a local cluster', 'delete'],
    ['name', 'error', { names: { value: { ...NO_NAMES, targets: ['local-cluster'] } } }, 'a target', 'target delete'],
    [
      'name',
      'error',
      { names: { value: { ...NO_NAMES, secrets: ['target-local-cluster'] } } },
      'a secret',
      'secret delete target-',
    ],
    [
      'name',
      'error',
      { containers: { value: [node] } },
      'kind has a cluster',
      'kind delete cluster --name local-cluster',
    ],
    [
      'name',
      'error',
      { containers: { value: [container({ name: node.name })] } },
      node.name,
      `docker rm --force ${node.name}`,
    ],
    [
      'name',
      'error',
      { containers: { value: [container({ name: 'minisub-local-cluster-registry' })] } },
      'registry',
      'docker rm',
    ],
    [
      'name',
      'ok',
      { containers: { value: [container({ ...node, labels: {}, name: 'other' })] } },
      'nothing in the engine',
      '',
    ],
    ['name', 'info', { names: { unknown: 'no core runs' } }, 'no core runs', ''],
    ['proxy', 'warning', { variables: { HTTPS_PROXY: 'http://proxy:1' } }, 'NO_PROXY', 'NO_PROXY=127.0.0.1,localhost'],
    [
      'proxy',
      'warning',
      { variables: { http_proxy: 'localhost:3128', NO_PROXY: '*' } },
      'loopback',
      'containers reach',
    ],
    [
      'proxy',
      'ok',
      { variables: { HTTP_PROXY: 'http://proxy', no_proxy: 'localhost, 127.0.0.0/8' } },
      'HTTP_PROXY',
      '',
    ],
    ['proxy', 'info', withEngine({ proxies: { HTTP_PROXY: 'http://proxy' } }), 'the engine has HTTP_PROXY', ''],
    ['docker-cli', 'error', { command: { name: 'podman', path: undefined } }, 'no podman on PATH', 'install'],
    ['docker-cli', 'warning', { command: { name: 'docker', path: '/snap/bin/docker' } }, 'snap', 'own packages'],
    ['kind', 'error', kindIs({}), 'not on PATH', 'allow the download of kind v0.30.0, or install it'],
    [
      'kind',
      'error',
      kindIs({ unfit: [{ path: '/b/kind', version: 'v0.9.0' }] }),
      '/b/kind is v0.9.0',
      'allow the download',
    ],
    ['kind', 'error', kindIs({ canDownload: false }), 'not on PATH', 'install kind v0.30.0'],
    ['kind', 'info', { kind: { unknown: 'EIO' } }, 'EIO', ''],
    ['architecture', 'error', withEngine({ platform: 'linux/riscv64' }), 'linux/riscv64', 'an image of nodes'],
    ['architecture', 'error', withEngine({ platform: 'windows/amd64' }), 'Windows', 'Linux'],
    ['node-image', 'error', nodeImage('No Image!'), '"No Image!"', 'kindest/node'],
    ['node-image', 'warning', nodeImage('kindest/node:v1.34.0'), 'no digest', 'sha256'],
    ['node-image', 'ok', nodeImage('registry.example/node:1'), 'registry.example/node:1', ''],
    ['node-image', 'warning', nodeImage('busybox:1', { ...IMAGE, env: {} }), 'does not look like', 'built by kind'],
    ['node-image', 'error', nodeImage(NODE, { ...IMAGE, platform: 'linux/arm64' }), 'linux/arm64', 'linux/amd64'],
    ['config', 'error', { config: { path: '/k.yaml', content: { fault: 'it is no YAML' } } }, 'no YAML', '/k.yaml'],
    ['config', 'error', config(['control-plane', 'control-plane']), '2 control planes', 'workers'],
    ['config', 'error', config(['worker']), 'no control plane', 'role'],
    ['config', 'info', config(['control-plane'], { name: 'other' }), 'names the cluster other', ''],
    ['config', 'ok', config([]), '/k.yaml', ''],
  ])('%s: %s', (id, level, change, found, fix) => {
    const [check] = look(change).filter((it) => it.id === id)
    expect(check).toMatchObject({ level, found: expect.stringContaining(found) })
    expect(check?.fix ?? '').toContain(fix)
    if (level === 'error' || level === 'warning') expect(check?.fix).not.toBeNull()
  })

  test('goes by the form', () => {
    const levelOf = (id: string, change: Change, form: Partial<LocalClusterForm>) =>
      look(change, form).find((it) => it.id === id)?.level
    expect(levelOf('kind', kindIs({}), { download: true })).toBe('info')
    expect(levelOf('memory', withEngine({ memoryBytes: 5e9 }), {})).toBe('ok')
    expect(levelOf('memory', withEngine({ memoryBytes: 5e9 }), { workers: 3 })).toBe('warning')
    expect(levelOf('architecture', withEngine({ platform: 'linux/ppc64le' }), { nodeImage: 'own/node' })).toBe(
      'warning',
    )
    // an older Docker gives any of its ranges
    expect(levelOf('subnet', routed('172.30.0.0/24'), {})).toBe('ok')
    const older = { ...withEngine({ version: '20.10.24' }), ...routed('172.30.0.0/24') }
    expect(levelOf('subnet', older, {})).toBe('warning')
    expect(levelOf('name', { containers: { value: [node] } }, { name: 'other' })).toBe('ok')
  })

  test('of any machine has every check, with a fix of whatever stops or warns', () => {
    const unknown = fc.constant({ unknown: 'nobody knows' })
    const facts = fc.record({
      engine: fc.constantFrom({ value: ENGINE }, nobody, forbidden),
      ports: fc.array(
        fc.record({ of: fc.string(), port: fc.nat(65_535), isFree: fc.boolean(), next: fc.constant(undefined) }),
      ),
      inotify: fc.oneof(unknown, fc.record({ value: fc.record({ watches: fc.nat(), instances: fc.nat() }) })),
      engineDisk: fc.oneof(unknown, fc.record({ value: fc.record({ folder: fc.string(), freeBytes: fc.nat() }) })),
      variables: fc.dictionary(fc.constantFrom('HTTP_PROXY', 'NO_PROXY', 'no_proxy'), fc.string()),
      containers: fc.oneof(unknown, fc.constant({ value: [node] })),
    })
    fc.assert(
      fc.property(facts, (change) => {
        const checks = look(change)
        expect(checks.map(({ id }) => id)).toEqual(IDS)
        for (const { level, found, fix } of checks) {
          expect(found).not.toBe('')
          if (level === 'error' || level === 'warning') expect(fix).toBeTruthy()
        }
      }),
    )
  })
})

describe('errors', () => {
  test('are refused all at once, each with its cause and fix; warnings are not', () => {
    const checks = look({ ...kindIs({}), ...withEngine({ memoryBytes: 1e9, cgroupVersion: '1' }) })
    const refuse = (): void => refuseErrors({ ok: false, checks })
    expect(refuse).toThrow(
      '1.0 GB for the engine is too little for a node; kind is not on PATH: ' +
        'give the engine at least 4.0 GB, or ask for fewer workers; allow the download of kind v0.30.0, or install it',
    )
    expect(refuse).toThrow(
      expect.objectContaining({
        code: 'cluster_preflight',
        issues: [expect.objectContaining({ path: 'memory' }), expect.objectContaining({ path: 'kind' })],
      }),
    )
    expect(() => refuseErrors({ ok: true, checks: look(withEngine({ cgroupVersion: '1' })) })).not.toThrow()
  })
})
