import { openObjectStore, type ObjectStore } from '#core/objects/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { sh, type Engine } from './engine.ts'
import { labProfile, openLab, SECRETS } from './lab-target.ts'
import { lab } from './requirements.ts'

const ARGO = '/apis/argoproj.io/v1alpha1'
export const TEMPLATES = { path: ARGO, plural: 'workflowtemplates' } as const
export const CRON_WORKFLOWS = { path: ARGO, plural: 'cronworkflows' } as const
export const CONFIG_MAPS = { path: '/api/v1', plural: 'configmaps' } as const

const KINDS = [
  ['WorkflowTemplate', TEMPLATES],
  ['CronWorkflow', CRON_WORKFLOWS],
  ['ConfigMap', CONFIG_MAPS],
  ['Secret', SECRETS],
] as const

/** The bucket of the lab with the prefix that `labProfile` gives to a name. */
export function labStore(name: string): ObjectStore {
  const { endpoint, bucket, prefix, region, pathStyle } = labProfile(name).artifacts
  const credentials = () => Promise.resolve({ accessKey: lab.accessKey, secretKey: lab.secretKey })
  return openObjectStore({ endpoint, bucket, prefix, region, pathStyle, credentials })
}

/** Keys of the bucket that begin so. */
export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

/** All that lies in the cluster for a pipeline but for its Workflows, as it is; in the order of kind and name. */
export async function objectsOf(pipeline: string): Promise<KubeObject[]> {
  await using cluster = openLab()
  const labelSelector = `mini-submarine/pipeline=${pipeline}`
  const lists = KINDS.map(async ([kind, resource]) => {
    const found = await cluster.list(resource, { labelSelector })
    return found.map((object) => ({ ...object, kind }))
  })
  return (await Promise.all(lists)).flat()
}

/** A pipeline of one step that prints its parameter. */
export const echo = {
  parameters: { n: { type: 'integer', default: 0 } },
  steps: { a: sh('echo "$1"', '${{ parameters.n }}') },
}

/** Pushes to the target `lab`. */
export const push = (engine: Engine, file: string, parameters = {}) =>
  engine.service.push({ file, target: 'lab', parameters, parameterTexts: {} }, 'ada@laptop', {})
export const remove = (engine: Engine, pipeline: string) =>
  engine.service.removePush({ target: 'lab', pipeline, leaving: [] }, {})
export const undo = (engine: Engine, pipeline: string) => engine.service.undoPush({ target: 'lab', pipeline })

/** Versions of a pipeline, newest first; the current one has a star. */
export async function versions(engine: Engine, pipeline: string): Promise<string[]> {
  const found = (await engine.service.pushed('lab')).versions.filter((it) => it.pipeline === pipeline)
  return found.map(({ template, isCurrent }) => `${template}${isCurrent ? '*' : ''}`)
}
