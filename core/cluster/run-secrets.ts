import { isProblem, Problem } from '#core/base/problem.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { HOME_LABEL, SECRETS, WORKFLOW_LABEL } from './resources.ts'
import type { FrozenCluster, RunContext, SecretSource } from './run-context.ts'
import type { CompileInput, SecretReference } from './types.ts'

type Wanted = { readonly secret: string; readonly key: string }

/** The Secret that holds what a run takes along from this machine. */
export function runSecretName(run: string): string {
  return `${run}-secrets`
}

export function wantedSecrets({ steps }: PipelineDefinition): ReadonlyMap<string, Wanted> {
  const all = Object.values(steps).flatMap(({ secrets }) => Object.values(secrets))
  return new Map(all.map(({ secret, key }) => [`${secret}/${key}`, { secret, key }]))
}

/**
 * Where each secret of a pipeline comes from in a cluster: its own Secret of that name and key, else what is set on this
 * machine, which then goes along with the run. Throws Problem `secret_missing` for one that is in neither place.
 */
export async function findSecrets(
  definition: PipelineDefinition,
  { cluster, secrets, signal }: { cluster: Cluster; secrets: Pick<Secrets, 'read'>; signal: AbortSignal | undefined },
): Promise<FrozenCluster['secrets']> {
  const found: Record<string, SecretSource> = {}
  for (const [name, { secret, key }] of wantedSecrets(definition)) {
    if (await isInCluster(cluster, { secret, key }, signal)) found[name] = { from: 'cluster' }
    else if ((await secrets.read(secret, key)) !== undefined) found[name] = { from: 'here' }
    else throw missing(cluster.namespace, { secret, key })
  }
  return found
}

async function isInCluster(cluster: Cluster, { secret, key }: Wanted, signal?: AbortSignal): Promise<boolean> {
  return (await keysInCluster(cluster, secret, signal)).has(key)
}

/** The keys of a Secret of the namespace; none where it has no such Secret. */
export async function keysInCluster(cluster: Cluster, secret: string, signal?: AbortSignal): Promise<Set<string>> {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(secret)) return new Set()
  try {
    const { data }: KubeObject & { readonly data?: object } = await cluster.get(SECRETS, secret, { signal })
    return new Set(Object.keys(data ?? {}))
  } catch (error) {
    // Who may not look takes along what is set here.
    if (isProblem(error) && (error.code === 'not_found' || error.code === 'cluster_forbidden')) return new Set()
    throw error
  }
}

function missing(namespace: string, { secret, key }: Wanted): Problem {
  const here = `minisub secret set ${secret} ${key}`
  const message = `the secret ${secret} has no key ${key}, neither in the namespace ${namespace} nor here: make it there, or set it here with \`${here}\``
  return new Problem('secret_missing', message)
}

/** The Secrets that the variables of each step are taken from. */
export function secretReferences(
  { steps }: PipelineDefinition,
  run: string,
  sources: FrozenCluster['secrets'],
): CompileInput['secrets'] {
  const carried = carriedKeys(sources)
  const referenceOf = ({ secret, key }: Wanted): SecretReference => {
    const place = carried.indexOf(`${secret}/${key}`)
    return place === -1 ? { name: secret, key } : { name: runSecretName(run), key: `s${place}` }
  }
  return Object.fromEntries(
    Object.entries(steps).map(([step, { secrets }]) => [
      step,
      Object.fromEntries(Object.entries(secrets).map(([variable, wanted]) => [variable, referenceOf(wanted)])),
    ]),
  )
}

/** Begins the name of the Secret of a push: another one for each bucket and set of keys, so that other versions keep theirs. */
export function pushSecretPrefix(
  pipeline: string,
  { secrets, storeId }: { readonly secrets: FrozenCluster['secrets']; readonly storeId: string },
): string {
  return `minisub-pushed-${pipeline}-${digestOfJson([storeId, ...carriedKeys(secrets)]).slice(0, 10)}`
}

function carriedKeys(sources: FrozenCluster['secrets']): string[] {
  return Object.entries(sources)
    .filter(([, { from }]) => from === 'here')
    .map(([name]) => name)
    .toSorted()
}

/** Makes the Secret of a run where it takes something along. Safe to repeat. */
export async function makeRunSecret(
  { run, bound, cluster: { secrets }, connection, secretValues, homeId }: RunContext,
  signal: AbortSignal,
): Promise<void> {
  const data = await carriedValues(bound.plan.definition, secrets, { cluster: connection.cluster, secretValues })
  if (Object.keys(data).length === 0) return
  const labels = { [HOME_LABEL]: homeId, [WORKFLOW_LABEL]: run, 'app.kubernetes.io/managed-by': 'mini-submarine' }
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: runSecretName(run), labels }, data }
  await createOnce(() => connection.cluster.create(SECRETS, object, { signal }))
}

/** What the Secret of a run, or of a schedule, holds: empty where nothing is taken along. Throws Problem `secret_missing`. */
export async function carriedValues(
  definition: PipelineDefinition,
  sources: FrozenCluster['secrets'],
  { cluster, secretValues }: Pick<RunContext, 'secretValues'> & { readonly cluster: Pick<Cluster, 'namespace'> },
): Promise<Record<string, string>> {
  const wanted = wantedSecrets(definition)
  const data: Record<string, string> = {}
  for (const [place, name] of carriedKeys(sources).entries()) {
    const { secret, key } = wanted.get(name) ?? { secret: '', key: '' }
    const value = await secretValues.read(secret, key)
    if (value === undefined) throw missing(cluster.namespace, { secret, key })
    data[`s${place}`] = Buffer.from(value).toString('base64')
  }
  return data
}

type SecretObject = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly data: Readonly<Record<string, string>>
}

/** Makes a Secret, or gives one that is there other values; says which. */
export async function putSecret(
  cluster: Cluster,
  { name, labels, data }: SecretObject,
  signal: AbortSignal | undefined,
): Promise<'made' | 'changed' | 'left'> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, data }
  const isNew = await createOnce(() => cluster.create(SECRETS, object, { signal }))
  if (isNew) return 'made'
  const there = await cluster.get(SECRETS, name, { signal })
  const before = (there['data'] ?? {}) as Record<string, string>
  if (digestOfJson(data) === digestOfJson(before)) return 'left'
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(data, key))
  const change = { ...data, ...Object.fromEntries(gone.map((key) => [key, null])) }
  await cluster.patch(SECRETS, name, { data: change }, { signal })
  return 'changed'
}

/** Makes an object that an earlier try may have made; whether this one has. */
export async function createOnce(create: () => Promise<KubeObject>): Promise<boolean> {
  try {
    await create()
    return true
  } catch (error) {
    if (!isProblem(error) || error.code !== 'conflict') throw error
    return false
  }
}

/** Where nobody comes back to delete it, the Secret of a run goes with its Workflow. */
export async function giveSecretTo(
  { run, cluster, connection }: Pick<RunContext, 'run' | 'cluster' | 'connection'>,
  workflow: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  if (carriedKeys(cluster.secrets).length === 0) return
  const { name, uid } = workflow.metadata
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name, uid }
  try {
    await connection.cluster.patch(SECRETS, runSecretName(run), { metadata: { ownerReferences: [owner] } }, { signal })
  } catch (error) {
    if (!isProblem(error) || error.code !== 'not_found') throw error
  }
}
