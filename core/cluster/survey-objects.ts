import type { Looked } from '#core/base/looked.ts'
import { isProblem } from '#core/base/problem.ts'
import type { PlanObject } from '#core/contract/plan.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { SurveyedObject } from '#core/pipelines/index.ts'
import type { Cluster, KubeObject, Resource } from '#core/runtimes/cluster.ts'
import { artifactRepository, repositoryData } from './artifact-repository.ts'
import { DIGEST_ANNOTATION } from './compile-labels.ts'
import type { PrepareOptions } from './prepare.ts'
import { pushConfigMap, readHistory } from './push-config-map.ts'
import { currentOf } from './push-history.ts'
import { CONFIG_MAPS, SECRETS, WORKFLOW_TEMPLATES } from './resources.ts'
import type { FrozenCluster } from './run-context.ts'
import { pushSecretPrefix, runSecretName } from './run-secrets.ts'
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
    const there = await find(connection.cluster, SECRETS, { name, signal })
    const wanted = await repositoryData(profile, secretValues)
    if (there === undefined) return { action: 'create', because: 'Argo reaches the bucket with its credentials' }
    return digestOfJson(wanted) === digestOfJson(dataOf(there))
      ? { action: 'leave', because: 'it holds the credentials of the bucket that are set here' }
      : { action: 'change', because: 'the credentials of the bucket that are set here are others' }
  }
  const map = async (signal: AbortSignal): Promise<Found> => {
    const there = await find(connection.cluster, CONFIG_MAPS, { name, signal })
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
  readonly pipeline: string
  readonly secrets: FrozenCluster['secrets']
}

/** What a push makes in the namespace. */
export async function surveyPushed(
  { template, pipeline, secrets }: Pushed,
  options: Options,
): Promise<SurveyedObject[]> {
  if (template === null) return []
  const [made, history, carried] = await Promise.all([
    surveyTemplate(template, options),
    surveyHistory(pipeline, template.metadata.name, options),
    surveyPushSecret(pipeline, secrets, options),
  ])
  return [made, ...carried, history]
}

/** A WorkflowTemplate, whose name is that of its content. */
async function surveyTemplate(template: ArgoObject, options: Options): Promise<SurveyedObject> {
  const { name, annotations } = template.metadata
  const work = async (signal: AbortSignal): Promise<Found> => {
    const there = await find(options.connection.cluster, WORKFLOW_TEMPLATES, { name, signal })
    if (there === undefined) return { action: 'create', because: 'the namespace has none of this content' }
    return there.metadata.annotations?.[DIGEST_ANNOTATION] === annotations[DIGEST_ANNOTATION]
      ? { action: 'leave', because: 'the namespace has it already, with the same content' }
      : { action: 'change', because: 'its steps are the same, and it is noted with another definition' }
  }
  return surveyed({ kind: 'WorkflowTemplate', name }, work, options)
}

/** What says which version of a pipeline is current: changed by each push of something new. */
function surveyHistory(pipeline: string, template: string, options: Options): Promise<SurveyedObject> {
  const { connection, storeId } = options
  const site = { ...connection, storeId }
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
async function surveyPushSecret(
  pipeline: string,
  secrets: FrozenCluster['secrets'],
  options: Options,
): Promise<SurveyedObject[]> {
  const carried = Object.entries(secrets).flatMap(([secret, { from }]) => (from === 'here' ? [secret] : []))
  if (carried.length === 0) return []
  const name = runSecretName(pushSecretPrefix(pipeline, { secrets, storeId: options.storeId }))
  const words = `what is set here and the namespace does not have, for all who start it there: ${carried.toSorted().join(', ')}`
  const work = async (signal: AbortSignal): Promise<Found> => {
    const there = await find(options.connection.cluster, SECRETS, { name, signal })
    // Its values are written again, and may be others.
    return there === undefined ? { action: 'create', because: words } : { action: 'change', because: words }
  }
  return [await surveyed({ kind: 'Secret', name }, work, options)]
}

/** The Secret of a run, where that takes something along; nobody has it before the run has an id. */
export function surveyCarried(secrets: Readonly<Record<string, 'cluster' | 'here'>>): SurveyedObject[] {
  const carried = Object.entries(secrets).flatMap(([secret, from]) => (from === 'here' ? [secret] : []))
  if (carried.length === 0) return []
  const named = { kind: 'Secret', name: '<run>-secrets' }
  const because = `each run takes along what is set here and the namespace does not have: ${carried.toSorted().join(', ')}`
  return [{ ...named, plan: { value: { ...named, action: 'create', because }, seconds: 0 } }]
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

type Where = { readonly name: string; readonly signal: AbortSignal }

async function find(cluster: Cluster, resource: Resource, { name, signal }: Where): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(resource, name, { signal })
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}

function dataOf({ data }: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}
