import { look, type Looked } from '#core/base/looked.ts'
import { LimitRange, mayUser, POD_RIGHTS, ResourceQuota, RESOURCES } from '#core/cluster-facts/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { Amounts } from './amounts.ts'
import type { JudgeInput } from './input.ts'
import { podsOf, repositoryOf, type Executor, type StepPod } from './pods.ts'
import { readControllers, readExecutor, readKinds, readSchema, type Controller } from './read-argo.ts'
import { namespaceFacts, readTemplate, type NamespaceFacts } from './read-namespace.ts'
import { readNodes, readTaken, type NodeFacts } from './read-nodes.ts'
import { readObject, referencesOf, type ObjectFacts, type Reference } from './read-objects.ts'
import { readMissingRights } from './read-rights.ts'
import { neededRights } from './rights.ts'
import { tryPods } from './try-pods.ts'

/** All that was read from the cluster: each part as it was, or why it could not be read. */
export type Facts = Access & Limits & Argo & { readonly objects: ReadonlyMap<string, Looked<ObjectFacts>> }

type Access = {
  readonly version: Looked<string>
  readonly namespace: Looked<NamespaceFacts>
  /** As `create workflows`. */
  readonly missingRights: Looked<ReadonlySet<string>>
  readonly account: Looked<KubeObject>
  /** Verbs that the service account lacks. */
  readonly accountLacks: Looked<readonly string[]>
}

type Limits = {
  readonly quotas: Looked<readonly ResourceQuota[]>
  readonly limitRanges: Looked<readonly LimitRange[]>
  readonly nodes: Looked<readonly NodeFacts[]>
  /** What pods take, by node. */
  readonly taken: Looked<ReadonlyMap<string, Amounts>>
}

type Argo = {
  readonly kinds: Looked<ReadonlySet<string>>
  readonly schema: Looked<'full' | 'minimal' | null>
  readonly controllers: Looked<readonly Controller[]>
  /** What has the name of the template already. */
  readonly template: Looked<KubeObject>
  readonly templateTried: Looked<KubeObject>
  /** Null where no controller is seen. */
  readonly executor: Looked<Executor | null>
  readonly pods: readonly StepPod[]
  /** By `shapeOf`. */
  readonly podsTried: ReadonlyMap<string, Looked<KubeObject>>
}

const DEADLINE_MS = 2_000

type Read = <Value>(what: string, work: (signal: AbortSignal) => Promise<Value>) => Promise<Looked<Value>>

/** Reads all at once; each part has its own deadline. Nothing is made: what is created is a dry run. */
export async function readFacts(input: JudgeInput): Promise<Facts> {
  const { deadlineMs = DEADLINE_MS, signal } = input
  const read: Read = (what, work) => look(work, { what: `reading ${what}`, deadlineMs, signal })
  const parts = [
    readAccess(input, read),
    readLimits(input, read),
    readArgo(input, read),
    readNamed(input, read),
  ] as const
  const [access, limits, argo, objects] = await Promise.all(parts)
  return { ...access, ...limits, ...argo, objects }
}

async function readAccess({ cluster, profile, hasSchedules }: JudgeInput, read: Read): Promise<Access> {
  const { namespace, serviceAccount } = profile
  const path = `/api/v1/namespaces/${namespace}`
  const user = `system:serviceaccount:${namespace}:${serviceAccount}`
  const lacks = async (signal: AbortSignal): Promise<string[]> => {
    const { verbs, ...right } = POD_RIGHTS
    const may = await Promise.all(verbs.map((verb) => mayUser(cluster, { ...right, verb, user }, signal)))
    return verbs.filter((_, i) => may[i] !== true)
  }
  const [version, place, missingRights, account, accountLacks] = await Promise.all([
    read('the version of Kubernetes', () => cluster.version()),
    read('the namespace', async (signal) => namespaceFacts(await cluster.call('GET', path, undefined, { signal }))),
    read('your rights', (signal) => readMissingRights(cluster, neededRights(hasSchedules), signal)),
    read('the service account', (signal) => cluster.get(RESOURCES.serviceAccounts, serviceAccount, { signal })),
    read('the rights of the service account', lacks),
  ])
  return { version, namespace: place, missingRights, account, accountLacks }
}

async function readLimits({ cluster }: JudgeInput, read: Read): Promise<Limits> {
  const [quotas, limitRanges, nodes, taken] = await Promise.all([
    read('quotas', async (signal) =>
      (await cluster.list(RESOURCES.quotas, { signal })).map((it) => ResourceQuota.parse(it)),
    ),
    read('limit ranges', async (signal) =>
      (await cluster.list(RESOURCES.limitRanges, { signal })).map((it) => LimitRange.parse(it)),
    ),
    read('nodes', (signal) => readNodes(cluster, signal)),
    read('the pods of all namespaces', (signal) => readTaken(cluster, signal)),
  ])
  return { quotas, limitRanges, nodes, taken }
}

/** Pods are tried as soon as it is known what Argo adds to them. */
async function readArgo({ cluster, object, templates, profile }: JudgeInput, read: Read): Promise<Argo> {
  const resource = { ...RESOURCES.workflows, plural: object.kind === 'Workflow' ? 'workflows' : 'workflowtemplates' }
  const controller = read('deployments', (signal) => readControllers(cluster, signal))
  const readPods = async (): Promise<Pick<Argo, 'executor' | 'pods' | 'podsTried' | 'controllers'>> => {
    const controllers = await controller
    const own = controllers.value?.find(({ only }) => only === null || only === profile.namespace)
    const executor = await read('what Argo adds to pods', (signal) => readExecutor(cluster, own, signal))
    const pods = podsOf(object['spec'], { templates, executor: executor.value ?? null })
    const knowsExecutor = executor.value?.image !== undefined
    const podsTried = await tryPods(cluster, { pods, knowsExecutor, read: (work) => read('a dry run of a pod', work) })
    return { executor, pods, podsTried, controllers }
  }
  const [kinds, schema, template, templateTried, rest] = await Promise.all([
    read('the kinds of Argo', (signal) => readKinds(cluster, signal)),
    read('the schema of Argo', (signal) => readSchema(cluster, signal)),
    read('the template', (signal) => readTemplate(cluster, object, signal)),
    read('a dry run of the template', (signal) => cluster.create(resource, object, { dryRun: true, signal })),
    readPods(),
  ])
  return { kinds, schema, template, templateTried, ...rest }
}

export function objectKey({ kind, name }: Pick<Reference, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}

/** All objects that pods name, those apart that the push or the run makes. */
async function readNamed(
  { cluster, object, templates, profile, made }: JudgeInput,
  read: Read,
): Promise<Facts['objects']> {
  const pods = podsOf(object['spec'], { templates, executor: null })
  const repository = repositoryOf(object['spec'])
  const named: Pick<Reference, 'kind' | 'name'>[] = [
    ...pods.flatMap(({ spec }) => referencesOf(spec)),
    ...(repository === undefined ? [] : [{ kind: 'ConfigMap' as const, name: repository }]),
    ...(profile.imagePullSecret === undefined ? [] : [{ kind: 'Secret' as const, name: profile.imagePullSecret }]),
  ]
  const isMade = ({ kind, name }: Pick<Reference, 'kind' | 'name'>): boolean =>
    (kind === 'Secret' && made.secrets.has(name)) || (kind === 'ConfigMap' && made.configMaps.has(name))
  const open = new Map(named.filter((it) => !isMade(it)).map((it) => [objectKey(it), it]))
  const entries = [...open].map(async ([key, it]) => {
    return [key, await read(`the ${it.kind} ${it.name}`, (signal) => readObject(cluster, it, signal))] as const
  })
  return new Map(await Promise.all(entries))
}
