/** A target as the interface's description shows it. */
export const profile = {
  kubeconfig: ['/home/ada/.kube/config'],
  context: 'lab',
  namespace: 'ml',
  serviceAccount: 'pipeline',
  registry: 'registry.example/team',
  artifacts: {
    endpoint: 'https://s3.example',
    bucket: 'artifacts',
    prefix: 'minisub/',
    region: 'us-east-1',
    pathStyle: true,
    accessKey: { secret: 'target-lab', key: 'access-key' },
    secretKey: { secret: 'target-lab', key: 'secret-key' },
  },
  platform: 'linux/amd64',
  nodeSelector: {},
  tolerations: [],
  labels: {},
}
export const target = {
  name: 'lab',
  profile,
  digest: 'c0ffee',
  createdAt: '2026-11-26T12:00:00.000Z',
  updatedAt: '2026-11-26T12:00:00.000Z',
}
export const NAME = { name: 'lab' }
export const check = {
  id: 'reach',
  title: 'API server',
  status: 'passed',
  found: 'Kubernetes v1.34.10',
  fix: null,
  seconds: 0.1,
}
