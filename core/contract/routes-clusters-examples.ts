/** Examples of routes that make and show local clusters. */
export const NAME = { name: 'local-cluster' }
export const FORM = { name: 'local-cluster', download: true }

const ID = '01kc2m3n4p5q6r7s8t9v0w1x2y'
const AT = '2026-11-26T12:00:00.000Z'

export const job = {
  id: ID,
  cluster: 'local-cluster',
  kind: 'create' as const,
  status: 'running' as const,
  startedAt: AT,
  endedAt: null,
  deadlineAt: '2026-11-26T12:20:00.000Z',
  progress: 0.4,
  steps: [
    {
      id: 'cluster',
      title: 'Make the cluster',
      status: 'running' as const,
      startedAt: AT,
      endedAt: null,
      progress: 0.3,
      note: 'Starting control-plane',
    },
  ],
  problem: null,
  logs: null,
}

export const cluster = {
  name: 'local-cluster',
  state: 'creating' as const,
  reason: null,
  createdAt: AT,
  kubeconfig: '/home/ada/.mini-submarine/local-clusters/local-cluster/kubeconfig',
  context: 'kind-local-cluster',
  target: null,
  form: {
    name: 'local-cluster',
    workers: 0,
    apiPort: 0,
    registryPort: 0,
    storePort: 0,
    download: true,
    deadlineMinutes: 20,
  },
  ports: { api: 40_001, registry: 40_002, store: 40_003 },
  kind: 'v0.30.0',
  nodeImage: 'kindest/node:v1.34.10',
  installed: { argo: 'v3.7.9', store: 'v1.8.0' },
  upgradable: false,
  nodes: [{ name: 'local-cluster-control-plane', role: 'control-plane', state: 'running' }],
  job,
}
