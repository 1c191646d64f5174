import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { isProblem } from '#core/base/problem.ts'
import { kindConfig } from './config.ts'
import { kindEnvironment } from './environment.ts'
import { readUserConfig } from './user-config.ts'

const make = (user?: string, workers = 0) =>
  kindConfig({
    form: { name: 'lab', workers },
    ports: { api: 6000, store: 9000 },
    nodeImage: 'nodes:1',
    ...(user === undefined ? {} : { user }),
  })
const HEAD = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'
const STORE = { containerPort: 30_900, hostPort: 9000, listenAddress: '127.0.0.1', protocol: 'TCP' }

test('without a file there are a control plane with the port of the store, and the workers of the form', () => {
  const { yaml, shape } = make(undefined, 2)
  expect(shape).toEqual({ controlPlanes: 1, workers: 2 })
  expect(parse(yaml)).toEqual({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: 'lab',
    networking: { apiServerAddress: '127.0.0.1', apiServerPort: 6000 },
    nodes: [
      {
        role: 'control-plane',
        image: 'nodes:1',
        labels: { 'mini-submarine.cluster': 'lab' },
        extraPortMappings: [STORE],
      },
      { role: 'worker', image: 'nodes:1', labels: { 'mini-submarine.cluster': 'lab' } },
      { role: 'worker', image: 'nodes:1', labels: { 'mini-submarine.cluster': 'lab' } },
    ],
    containerdConfigPatches: [expect.stringContaining('config_path = "/etc/containerd/certs.d"')],
  })
})

test('of the file of the user everything is kept that is not ours', () => {
  const user = `${HEAD}name: other
networking:
  apiServerAddress: 0.0.0.0
  podSubnet: 10.9.0.0/16
featureGates: {X: true}
containerdConfigPatches: ['a = 1']
nodes:
  - role: worker
    image: mine:2
    labels: {tier: gold}
  - role: control-plane
    extraMounts: [{hostPath: /x, containerPath: /y}]
    extraPortMappings: [{containerPort: 80, hostPort: 8080}]
`
  const { yaml, shape } = make(user, 1)
  expect(shape).toEqual({ controlPlanes: 1, workers: 1 })
  expect(parse(yaml)).toMatchObject({
    name: 'lab',
    networking: { apiServerAddress: '127.0.0.1', apiServerPort: 6000, podSubnet: '10.9.0.0/16' },
    featureGates: { X: true },
    containerdConfigPatches: ['a = 1', expect.anything()],
    nodes: [
      { role: 'worker', image: 'mine:2', labels: { tier: 'gold', 'mini-submarine.cluster': 'lab' } },
      {
        image: 'nodes:1',
        extraMounts: [{ hostPath: '/x', containerPath: '/y' }],
        extraPortMappings: [{ containerPort: 80, hostPort: 8080 }, STORE],
      },
    ],
  })
  expect(make(`${HEAD}nodes: [{role: control-plane}, {role: worker}]`, 3).shape.workers).toBe(3)
})

test.each([
  ['nothing', '', 'it is empty'],
  ['no mapping', '- a', 'it is no mapping'],
  ['broken YAML', 'a: [1', 'Flow sequence'],
  ['a key twice', `${HEAD}kind: Cluster`, 'Map keys must be unique'],
  ['another kind', 'kind: Pod\napiVersion: v1', 'kind: write kind: Cluster'],
  ['another version', 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha3', 'apiVersion: write'],
  ['nodes that are none', `${HEAD}nodes: many`, 'nodes: nodes is a list'],
  ['an unknown role', `${HEAD}nodes: [{role: boss}]`, 'nodes.0.role: a role is'],
  ['no control plane', `${HEAD}nodes: [{role: worker}]`, 'no node has the role control-plane'],
  ['the port of the store', `${HEAD}nodes: [{extraPortMappings: [{containerPort: 80, hostPort: 9000}]}]`, 'port 9000'],
  ['the node port of the store', `${HEAD}nodes: [{extraPortMappings: [{containerPort: 30900}]}]`, 'port 30900'],
  ['a bomb of aliases', `${HEAD}a: &a [1]\nb: &b [${'*a,'.repeat(200)}]`, 'Excessive alias count'],
])('a file with %s is refused in words', (_, user, words) => {
  let error: unknown
  try {
    make(user)
  } catch (thrown) {
    error = thrown
  }
  if (!isProblem(error)) throw error
  expect([error.code, error.message]).toEqual(['invalid_value', expect.stringContaining(words)])
})

test('any value is a configuration or a Problem', () => {
  const node = fc.record({ role: fc.constantFrom('worker', 'control-plane', 'x'), labels: fc.jsonValue() })
  const config = fc.record(
    {
      kind: fc.constant('Cluster'),
      apiVersion: fc.constant('kind.x-k8s.io/v1alpha4'),
      nodes: fc.array(node),
      networking: fc.jsonValue(),
    },
    { requiredKeys: ['kind', 'apiVersion'] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), config), (value) => {
      try {
        expect(parse(make(stringify(value)).yaml)).toMatchObject({ name: 'lab' })
      } catch (error) {
        if (!isProblem(error)) throw error
      }
    }),
  )
})

test('a file that cannot be read is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-config-'))
  try {
    writeFileSync(join(folder, 'large'), ' '.repeat(1_000_001))
    await expect(readUserConfig(join(folder, 'none'))).rejects.toThrow('there is no file')
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await expect(readUserConfig(join(folder, 'pipe'))).rejects.toThrow('is no file')
    await expect(readUserConfig(folder)).rejects.toThrow(`${folder} is no file`)
    await expect(readUserConfig(join(folder, 'large'))).rejects.toThrow('larger than 1 MB')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('kind gets the engine, the network and the kubeconfig of the cluster, and not those of the user', () => {
  const variables = {
    PATH: '/bin',
    KUBECONFIG: '/home/ada/.kube/config',
    DOCKER_CONTEXT: 'other',
    KIND_CLUSTER_NAME: 'other',
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY: 'a.example',
  }
  const engine = { host: 'unix:///run/docker.sock', isPodman: false }
  const ours = { cluster: 'lab', kubeconfig: '/data/kubeconfig', engine, variables }
  expect(kindEnvironment(ours)).toEqual({
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY: 'a.example,minisub-lab-registry',
    no_proxy: 'a.example,minisub-lab-registry',
    KUBECONFIG: '/data/kubeconfig',
    DOCKER_HOST: 'unix:///run/docker.sock',
    KIND_EXPERIMENTAL_PROVIDER: 'docker',
    KIND_EXPERIMENTAL_DOCKER_NETWORK: 'minisub-lab',
    KIND_EXPERIMENTAL_PODMAN_NETWORK: 'minisub-lab',
  })
  const podman = kindEnvironment({ ...ours, engine: { ...engine, isPodman: true }, variables: {} })
  expect(podman).toMatchObject({ KIND_EXPERIMENTAL_PROVIDER: 'podman', CONTAINER_HOST: 'unix:///run/docker.sock' })
  expect(podman).not.toHaveProperty('NO_PROXY')
})
