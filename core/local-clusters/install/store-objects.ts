import { createHash } from 'node:crypto'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { CORE, DEPLOYMENT, ourObject, ourPodLabels, podLabels, RESTRICTED } from './objects.ts'
import { STORE, STORE_PORT, type InstallPlan, type StoreCredentials, type StorePlan } from './plan.ts'

/** Where the store looks for buckets, each a folder, and for what it knows of objects beside their bytes. */
const ROOT = '/store'
const ABOUT = '/about'
const HEALTH = '/_/health'
const USER = 1000

/** The S3 store with its volume; nothing where the plan has none. */
export function storeObjects(plan: InstallPlan): KubeObject[] {
  const { store, artifacts } = plan
  if (store === null) return []
  const { namespace } = store
  return [
    ourObject(CORE('Secret'), { name: STORE, namespace }, { type: 'Opaque', data: encoded(artifacts.credentials) }),
    ...claimOf(store),
    service(store),
    deployment(plan, store),
  ]
}

/** Credentials as a Secret keeps them. */
export function encoded({ accessKey, secretKey }: StoreCredentials): Record<string, string> {
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  return { accessKey: encode(accessKey), secretKey: encode(secretKey) }
}

function claimOf({ namespace, volume }: StorePlan): KubeObject[] {
  if ('folder' in volume) return []
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: volume.size } } }
  return [ourObject(CORE('PersistentVolumeClaim'), { name: STORE, namespace }, { spec })]
}

function service({ namespace, nodePort }: StorePlan): KubeObject {
  const port = { name: 's3', port: STORE_PORT, targetPort: STORE_PORT, protocol: 'TCP' }
  const spec = {
    type: nodePort === null ? 'ClusterIP' : 'NodePort',
    selector: podLabels(STORE),
    ports: [nodePort === null ? port : { ...port, nodePort }],
  }
  return ourObject(CORE('Service'), { name: STORE, namespace }, { spec })
}

function deployment(plan: InstallPlan, { namespace, volume }: StorePlan): KubeObject {
  const { credentials } = plan.artifacts
  const mark = createHash('sha256').update(JSON.stringify(credentials)).digest('hex').slice(0, 8)
  const pod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    ...placeOf(volume),
    containers: [container(plan)],
  }
  const spec = {
    replicas: 1,
    revisionHistoryLimit: 2,
    // Two of them would write into one folder.
    strategy: { type: 'Recreate' },
    selector: { matchLabels: podLabels(STORE) },
    template: {
      metadata: { labels: ourPodLabels(STORE), annotations: { 'mini-submarine/credentials': mark } },
      spec: pod,
    },
  }
  return ourObject(DEPLOYMENT, { name: STORE, namespace, labels: podLabels(STORE) }, { spec })
}

/** A folder of a node belongs to root, and is there alone. */
function placeOf(volume: StorePlan['volume']): object {
  const seccompProfile = { type: 'RuntimeDefault' }
  if ('folder' in volume) {
    const role = 'node-role.kubernetes.io/control-plane'
    return {
      nodeSelector: { [role]: '' },
      tolerations: [{ key: role, operator: 'Exists', effect: 'NoSchedule' }],
      securityContext: { runAsUser: 0, seccompProfile },
      volumes: [{ name: 'data', hostPath: { path: volume.folder, type: 'DirectoryOrCreate' } }],
    }
  }
  return {
    securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER, seccompProfile },
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: STORE } }],
  }
}

function container({ images, artifacts }: InstallPlan): object {
  const health = { httpGet: { path: HEALTH, port: STORE_PORT } }
  const key = (name: string, field: string): object => ({
    name,
    valueFrom: { secretKeyRef: { name: STORE, key: field } },
  })
  return {
    name: 'store',
    image: images.store,
    imagePullPolicy: 'IfNotPresent',
    args: argsOf(artifacts.region),
    env: [key('ROOT_ACCESS_KEY', 'accessKey'), key('ROOT_SECRET_KEY', 'secretKey')],
    ports: [{ name: 's3', containerPort: STORE_PORT }],
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '1Gi' } },
    securityContext: RESTRICTED,
    startupProbe: { ...health, periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...health, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: { ...health, periodSeconds: 30, timeoutSeconds: 10 },
    // The kubelet makes folders that are missing: so the bucket is there before the store begins, whatever came before.
    volumeMounts: [
      { name: 'data', mountPath: ROOT, subPath: 'objects' },
      { name: 'data', mountPath: ABOUT, subPath: 'about' },
      { name: 'data', mountPath: '/bucket', subPath: `objects/${artifacts.bucket}` },
    ],
  }
}

function argsOf(region: string): string[] {
  const global = ['--port', `:${STORE_PORT}`, '--region', region, '--health', HEALTH, '--quiet', '--keep-alive']
  return [...global, 'posix', '--sidecar', ABOUT, ROOT]
}
