import type { Looked } from '#core/base/looked.ts'
import { Problem } from '#core/base/problem.ts'
import { LimitRange, mayUser, POD_RIGHTS, ResourceQuota, RESOURCES, USER_RIGHTS } from '#core/cluster-facts/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { Amounts } from './amounts.ts'
import type { JudgeInput, JudgePlace } from './input.ts'
import { podsOf, repositoryOf, type Executor, type StepPod } from './pods.ts'
import { readControllers, readExecutor, readKinds, readSchema, type Controller } from './read-argo.ts'
import { readAutoscaler } from './read-autoscaler.ts'
import { namespaceFacts, readTemplate, type NamespaceFacts } from './read-namespace.ts'
import { readNodes, readTaken, type NodeFacts } from './read-nodes.ts'
import { readObject, referencesOf, type ObjectFacts, type Reference } from './read-objects.ts'
import { readMissingRights } from './read-rights.ts'
import { openReads, type Read } from './reads.ts'
import { tryPods } from './try-pods.ts'

/** All that was read from the cluster: each part as it was, or why it could not be read. */
export type Facts = PlaceFacts & SentFacts

/** What can be read before anybody knows what is sent. */
export type PlaceFacts = Access & Limits & Argo

/** What is read for what is sent. */
type SentFacts = {
  /** What has the name of the template already. */
  readonly template: Looked<KubeObject>
  readonly templateTried: Looked<KubeObject>
  readonly pods: readonly StepPod[]
  /** By `shapeOf`. */
  readonly podsTried: ReadonlyMap<string, Looked<KubeObject>>
  readonly objects: ReadonlyMap<string, Looked<ObjectFacts>>
}

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
  /** What makes nodes when a pod waits for one; null where nothing is seen that does. */
  readonly autoscaler: Looked<string | null>
}

type Argo = {
  readonly kinds: Looked<ReadonlySet<string>>
  readonly schema: Looked<'full' | 'minimal' | null>
  readonly controllers: Looked<readonly Controller[]>
  /** Null where no controller is seen. */
  readonly executor: Looked<Executor | null>
}

/** Reads all that does not depend on what is sent, at once, and is over in one deadline. Makes nothing. */
export async function readPlace(place: JudgePlace): Promise<PlaceFacts> {
  const read = openReads(place)
  const [access, limits, argo] = await Promise.all([
    readAccess(place, read),
    readLimits(place, read),
    readArgo(place, read),
  ])
  return { ...access, ...limits, ...argo }
}

async function readAccess({ cluster, profile }: JudgePlace, read: Read): Promise<Access> {
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
    read('your rights', (signal) => readMissingRights(cluster, USER_RIGHTS, signal)),
    read('the service account', (signal) => cluster.get(RESOURCES.serviceAccounts, serviceAccount, { signal })),
    read('the rights of the service account', lacks),
  ])
  return { version, namespace: place, missingRights, account, accountLacks }
}

async function readLimits({ cluster }: JudgePlace, read: Read): Promise<Limits> {
  const [quotas, limitRanges, nodes, taken, autoscaler] = await Promise.all([
    read('quotas', async (signal) =>
      (await cluster.list(RESOURCES.quotas, { signal })).map((it) => ResourceQuota.parse(it)),
    ),
    read('limit ranges', async (signal) =>
      (await cluster.list(RESOURCES.limitRanges, { signal })).map((it) => LimitRange.parse(it)),
    ),
    read('nodes', (signal) => readNodes(cluster, signal)),
    read('the pods of all namespaces', (signal) => readTaken(cluster, signal)),
    read('whether nodes are made on demand', (signal) => readAutoscaler(cluster, signal)),
  ])
  return { quotas, limitRanges, nodes, taken, autoscaler }
}

async function readArgo({ cluster, profile }: JudgePlace, read: Read): Promise<Argo> {
  const readOwn = async (): Promise<Pick<Argo, 'executor' | 'controllers'>> => {
    const controllers = await read('deployments', (signal) => readControllers(cluster, signal))
    const own = controllers.value?.find(({ only }) => only === null || only === profile.namespace)
    return { controllers, executor: await read('what Argo adds to pods', (stop) => readExecutor(cluster, own, stop)) }
  }
  const [kinds, schema, own] = await Promise.all([
    read('the kinds of Argo', (signal) => readKinds(cluster, signal)),
    read('the schema of Argo', (signal) => readSchema(cluster, signal)),
    readOwn(),
  ])
  return { kinds, schema, ...own }
}

/** Reads and tries what depends on what is sent, in one deadline. What is created is a dry run. */
export async function readSent(input: JudgeInput, { executor }: Pick<PlaceFacts, 'executor'>): Promise<SentFacts> {
  const read = openReads(input)
  const { cluster, object, templates } = input
  if (object === null) {
    const objects = await readNamed(input, [], read)
    return { template: NOTHING, templateTried: NOTHING, pods: [], podsTried: new Map(), objects }
  }
  const resource = { ...RESOURCES.workflows, plural: object.kind === 'Workflow' ? 'workflows' : 'workflowtemplates' }
  const pods = podsOf(object['spec'], { templates, executor: executor.value ?? null })
  const knowsExecutor = executor.value?.image !== undefined
  const [template, templateTried, podsTried, objects] = await Promise.all([
    read('the template', (signal) => readTemplate(cluster, object, signal)),
    read('a dry run of the template', (signal) => cluster.create(resource, object, { dryRun: true, signal })),
    tryPods(cluster, { pods, knowsExecutor, read: (work) => read('a dry run of a pod', work) }),
    readNamed(input, namedBy(object, templates), read),
  ])
  return { template, templateTried, pods, podsTried, objects }
}

const NOTHING = {
  problem: new Problem('invalid_value', 'there is no template: mend what keeps it from being compiled'),
  seconds: 0,
} as const

export function objectKey({ kind, name }: Pick<Reference, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}

type Named = Pick<Reference, 'kind' | 'name'>

function namedBy(object: KubeObject, templates: JudgeInput['templates']): Named[] {
  const pods = podsOf(object['spec'], { templates, executor: null })
  const repository = repositoryOf(object['spec'])
  const ofPods = pods.flatMap(({ spec }): Named[] => referencesOf(spec))
  return repository === undefined ? ofPods : [...ofPods, { kind: 'ConfigMap', name: repository }]
}

/** All objects that pods name, those apart that the push or the run makes. */
async function readNamed(
  { cluster, profile: { imagePullSecret }, made }: JudgeInput,
  ofPods: readonly Named[],
  read: Read,
): Promise<Facts['objects']> {
  const pull: Named[] = imagePullSecret === undefined ? [] : [{ kind: 'Secret', name: imagePullSecret }]
  const isMade = ({ kind, name }: Named): boolean =>
    (kind === 'Secret' && made.secrets.has(name)) || (kind === 'ConfigMap' && made.configMaps.has(name))
  const open = new Map([...ofPods, ...pull].filter((it) => !isMade(it)).map((it) => [objectKey(it), it]))
  const entries = [...open].map(async ([key, it]) => {
    return [key, await read(`the ${it.kind} ${it.name}`, (signal) => readObject(cluster, it, signal))] as const
  })
  return new Map(await Promise.all(entries))
}
