import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { lab } from './requirements.ts'

/** An object as it is written down. */
type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }
  readonly [field: string]: unknown
}

type Rule = { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }

export type TenantOptions = {
  /** Makes other rules of those that docs/targets.md has for the user. */
  readonly rules?: (rules: readonly Rule[]) => readonly Rule[]
  /** Of the namespace. */
  readonly labels?: Readonly<Record<string, string>>
}

/** A namespace of its own in the cluster, and somebody who has rights in nothing else: those of docs/targets.md. */
export type Tenant = AsyncDisposable & {
  readonly namespace: string
  /** Of pods. */
  readonly serviceAccount: string
  /** Path of a kubeconfig file with a token that is good for an hour; its only context is `tenant`. */
  readonly kubeconfig: string
  readonly context: string
  /** Adds an object as the cluster's administrator; the namespace is that of the tenant. */
  add(object: Manifest): Promise<void>
  /** Names of what is left in the namespace of some kinds that tests make. */
  leftovers(): Promise<string[]>
  /** Writes another kubeconfig, with other fields of the user or the cluster. */
  variant(change: { readonly user?: object; readonly cluster?: object }): string
}

const USER = 'tenant'

/** Makes namespace, rights and kubeconfig as the administrator of the cluster of tests; all of it goes at the end. */
export async function openTenant({ rules = (it) => it, labels = {} }: TenantOptions = {}): Promise<Tenant> {
  const admin = new KubeConfig()
  admin.loadFromFile(lab.kubeconfig)
  const [core, objects] = [admin.makeApiClient(CoreV1Api), KubernetesObjectApi.makeApiClient(admin)]
  const namespace = `minisub-t-${randomBytes(4).toString('hex')}`
  const add: Tenant['add'] = async (object) => {
    const metadata = { ...object.metadata, namespace }
    await objects.create({ ...object, metadata })
  }
  await core.createNamespace({ body: { metadata: { name: namespace, labels: { ...labels } } } })
  await add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: USER } })
  for (const object of documented(namespace)) await add(withRules(object, rules))
  const folder = mkdtempSync(join(tmpdir(), 'minisub-tenant-'))
  const request = { spec: { audiences: [], expirationSeconds: 3600 } }
  const { status } = await core.createNamespacedServiceAccountToken({ name: USER, namespace, body: request })
  const write = (name: string, { user = {}, cluster = {} }: { user?: object; cluster?: object }): string => {
    const path = join(folder, name)
    writeFileSync(path, kubeconfigText(admin, { namespace, cluster, user: { token: status?.token ?? '', ...user } }))
    return path
  }
  let variants = 0
  return {
    namespace,
    serviceAccount: 'pipeline',
    kubeconfig: write('config', {}),
    context: 'tenant',
    add,
    leftovers: async () => {
      const list = (kind: string, apiVersion: string) => objects.list(apiVersion, kind, namespace)
      const all = await Promise.all([list('Workflow', 'argoproj.io/v1alpha1'), list('Pod', 'v1'), list('Secret', 'v1')])
      return all.flatMap(({ items }) => items.map(({ metadata }) => metadata?.name ?? ''))
    },
    variant: (change) => write(`config-${(variants += 1)}`, change),
    [Symbol.asyncDispose]: async () => {
      rmSync(folder, { recursive: true })
      await core.deleteNamespace({ name: namespace, gracePeriodSeconds: 0 })
    },
  }
}

/** The objects of docs/targets.md, for another namespace and for the user of the tenant. */
function documented(namespace: string): Manifest[] {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'targets.md'), 'utf8')
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')
  return blocks
    .flatMap((block) => parseAllDocuments(block.replaceAll('namespace: ml', `namespace: ${namespace}`)))
    .map((document) =>
      JSON.parse(JSON.stringify(document.toJS()).replaceAll('"ada"', `"system:serviceaccount:${namespace}:${USER}"`)),
    )
}

function withRules(object: Manifest, rules: (rules: readonly Rule[]) => readonly Rule[]): Manifest {
  const isRole = object.kind === 'Role' && object.metadata.name === 'mini-submarine'
  return isRole ? { ...object, rules: rules(object['rules'] as Rule[]) } : object
}

function kubeconfigText(
  admin: KubeConfig,
  { namespace, user, cluster }: { readonly namespace: string; readonly user: object; readonly cluster: object },
): string {
  const current = admin.getCurrentCluster()
  if (current === null) throw new Error('the kubeconfig of the tests has no current cluster')
  const authority = current.caData ?? readFileSync(current.caFile ?? '').toString('base64')
  const base = { server: current.server, 'certificate-authority-data': authority }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tenant',
    contexts: [{ name: 'tenant', context: { cluster: 'tenant', user: USER, namespace } }],
    clusters: [{ name: 'tenant', cluster: { ...base, ...cluster } }],
    users: [{ name: USER, user }],
  })
}
