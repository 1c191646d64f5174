import type { Looked } from '#core/base/looked.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { PlanObject } from '#core/contract/plan.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { SurveyedObject } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { artifactRepository, repositoryData } from './artifact-repository.ts'
import { findObject } from './find-object.ts'
import { pushMarks, pushRecordKey } from './keys.ts'
import type { PrepareOptions } from './prepare.ts'
import { pushConfigMap, readHistory, type PushSite } from './push-config-map.ts'
import { currentOf } from './push-history.ts'
import { namespaceMark } from './push-mark.ts'
import { findTemplate } from './push-there.ts'
import { CONFIG_MAPS, SECRETS } from './resources.ts'
import type { FrozenCluster } from './run-context.ts'
import { carriedValues, pushSecretPrefix, runSecretName } from './run-secrets.ts'
import type { Looks } from './survey-looks.ts'
import type { ArgoObject } from './types.ts'

type Options = Pick<PrepareOptions, 'profile' | 'connection' | 'secretValues' | 'storeId'> & { readonly looks: Looks }
type Named = Pick<PlanObject, 'kind' | 'name'>
type Found = Pick<PlanObject, 'action' | 'because'>

/** The objects by which Argo reaches the bucket. */
export function surveyRepository(options: Options): Promise<SurveyedObject[]> {
  const { profile, connection, secretValues } = options
  const { configMap: name } = artifactRepository(profile)
  const secret = async (signal: AbortSignal): Promise<Found> => {
    const there = await findObject(connection.cluster, SECRETS, { name, signal })
    const wanted = await repositoryData(profile, secretValues)
    if (there === undefined) return { action: 'create', because: 'Argo reaches the bucket with its credentials' }
    return digestOfJson(wanted) === digestOfJson(dataOf(there))
      ? { action: 'leave', because: 'it holds the credentials of the bucket that are set here' }
      : { action: 'change', because: 'the credentials of the bucket that are set here are others' }
  }
  const map = async (signal: AbortSignal): Promise<Found> => {
    const there = await findObject(connection.cluster, CONFIG_MAPS, { name, signal })
    return there === undefined
      ? { action: 'create', because: 'it tells Argo of the bucket' }
      : { action: 'leave', because: 'it tells Argo of the bucket, and its name is that of its content' }
  }
  return Promise.all([
    surveyed({ kind: 'ConfigMap', name }, map, options),
    surveyed({ kind: 'Secret', name }, secret, options),
  ])
}

type Pushed = {
  /** Null where it cannot be compiled. */
  readonly template: ArgoObject | null
  readonly definition: PipelineDefinition
  readonly secrets: FrozenCluster['secrets']
  /** Whether the name of the template is final. */
  readonly isPinned: boolean
}

/** What a push makes in the namespace, and in the bucket beside what is uploaded. */
export async function surveyPushed(pushed: Pushed, options: Options): Promise<SurveyedObject[]> {
  const { template, definition } = pushed
  if (template === null) return []
  const { name } = template.metadata
  const [made, history, carried, kept] = await Promise.all([
    surveyTemplate(name, definition.name, options),
    surveyHistory(definition.name, name, options),
    surveyPushSecret(pushed, options),
    Promise.all([surveyRecord(name, pushed, options), surveyMark(definition.name, options)]),
  ])
  return [made, ...carried, history, ...kept]
}

function siteOf({ connection, storeId }: Options): PushSite {
  return { cluster: connection.cluster, store: connection.store, storeId }
}

/** A WorkflowTemplate, whose name is that of its content; what is not as a push made it is a Problem `conflict`. */
async function surveyTemplate(name: string, pipeline: string, options: Options): Promise<SurveyedObject> {
  const work = async (signal: AbortSignal): Promise<Found> => {
    const there = await findTemplate(siteOf(options), { pipeline, name }, signal)
    return there === undefined
      ? { action: 'create', because: 'the namespace has none of this content' }
      : { action: 'leave', because: 'the namespace has it already, with the same content' }
  }
  return surveyed({ kind: 'WorkflowTemplate', name }, work, options)
}

/** What says which version of a pipeline is current: changed by each push of something new. */
function surveyHistory(pipeline: string, template: string, options: Options): Promise<SurveyedObject> {
  const site = siteOf(options)
  const work = async (signal: AbortSignal): Promise<Found> => {
    const found = await readHistory(site, pipeline, signal)
    if (found === undefined)
      return { action: 'create', because: 'it says which version is current, and which were before' }
    return currentOf(found.history)?.template === template
      ? { action: 'leave', because: 'this is the current version already' }
      : { action: 'change', because: 'another version is the current one' }
  }
  return surveyed({ kind: 'ConfigMap', name: pushConfigMap(pipeline, site) }, work, options)
}

/** The Secret of a push, where that takes something along. */
async function surveyPushSecret({ definition, secrets }: Pushed, options: Options): Promise<SurveyedObject[]> {
  const carried = carriedNames(secrets)
  if (carried.length === 0) return []
  const { connection, secretValues, storeId } = options
  const { cluster } = connection
  const name = runSecretName(pushSecretPrefix(definition.name, { secrets, storeId }))
  const words = `what is set here and the namespace does not have, for all who start it there: ${carried.join(', ')}`
  const work = async (signal: AbortSignal): Promise<Found> => {
    const there = await findObject(cluster, SECRETS, { name, signal })
    if (there === undefined) return { action: 'create', because: words }
    const wanted = await carriedValues(definition, secrets, { cluster, secretValues })
    return digestOfJson(wanted) === digestOfJson(dataOf(there))
      ? { action: 'leave', because: `it holds the values that are set here: ${carried.join(', ')}` }
      : { action: 'change', because: `the values that are set here are others: ${carried.join(', ')}` }
  }
  return [await surveyed({ kind: 'Secret', name }, work, options)]
}

/** What later pushes are compared with. */
function surveyRecord(template: string, { definition, isPinned }: Pushed, options: Options): Promise<SurveyedObject> {
  const key = pushRecordKey(definition.name, template)
  const create = { action: 'create', because: 'it says by name what the push consists of' } as const
  const work = async (): Promise<Found> => {
    const there = isPinned ? await options.connection.store.head(key) : undefined
    return there === undefined ? create : { action: 'leave', because: 'the bucket has it of this version' }
  }
  return surveyed({ kind: 'object', name: key }, work, options)
}

/** What tells others who share the bucket that this namespace has versions of the pipeline. */
function surveyMark(pipeline: string, options: Options): Promise<SurveyedObject> {
  const site = siteOf(options)
  const work = async (signal: AbortSignal): Promise<Found> => {
    const { mark } = await namespaceMark(site, options.profile, { by: '', signal })
    const there = mark === '' ? undefined : await site.store.head(`${pushMarks(pipeline)}${mark}`)
    return there === undefined
      ? { action: 'create', because: 'it marks that this namespace has versions of the pipeline' }
      : { action: 'leave', because: 'this namespace has marked already that it has versions of the pipeline' }
  }
  return surveyed({ kind: 'object', name: `${pushMarks(pipeline)}<namespace>` }, work, options)
}

/** What a run makes, which nobody has before the run has an id. */
export function surveyRunObjects(secrets: FrozenCluster['secrets']): SurveyedObject[] {
  const carried = carriedNames(secrets)
  const words = `each run takes along what is set here and the namespace does not have: ${carried.join(', ')}`
  return [
    ofRun({ kind: 'Workflow', name: '<run>' }, 'each run is one'),
    ...(carried.length === 0 ? [] : [ofRun({ kind: 'Secret', name: runSecretName('<run>') }, words)]),
  ]
}

function ofRun(named: Named, because: string): SurveyedObject {
  return { ...named, plan: { value: { ...named, action: 'create', because }, seconds: 0 } }
}

function carriedNames(secrets: FrozenCluster['secrets']): string[] {
  return Object.entries(secrets)
    .flatMap(([secret, { from }]) => (from === 'here' ? [secret] : []))
    .toSorted()
}

async function surveyed(
  named: Named,
  work: (signal: AbortSignal) => Promise<Found>,
  { looks }: Options,
): Promise<SurveyedObject> {
  const found = await looks.at(`looking for the ${named.kind} ${named.name}`, work)
  return { ...named, plan: withName(found, named) }
}

function withName(found: Looked<Found>, named: Named): Looked<PlanObject> {
  return found.value === undefined ? found : { ...found, value: { ...named, ...found.value } }
}

function dataOf({ data }: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}
