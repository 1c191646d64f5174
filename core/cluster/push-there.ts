import { Problem } from '#core/base/problem.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { PIPELINE_LABEL } from './compile-labels.ts'
import { templateName } from './compile.ts'
import { findObject } from './find-object.ts'
import { pushLabels, type PushSite } from './push-config-map.ts'
import { CRON_WORKFLOWS, UNFINISHED, WORKFLOW_TEMPLATES, WORKFLOWS } from './resources.ts'

/** Of a template: the Secret that its pods need; there where it takes values along. */
export const SECRET_ANNOTATION = 'mini-submarine/secret'

/** A template that a push has made; undefined without one. Throws Problem `conflict` for one that is not as it was pushed. */
export async function findTemplate(
  site: PushSite,
  { pipeline, name }: { readonly pipeline: string; readonly name: string },
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  const found = await findObject(site.cluster, WORKFLOW_TEMPLATES, { name, signal })
  if (found === undefined) return undefined
  const { labels = {}, generation } = found.metadata
  const isOurs = Object.entries(pushLabels(pipeline, site)).every(([key, value]) => labels[key] === value)
  const where = `the namespace ${site.cluster.namespace} has a WorkflowTemplate ${name}`
  const command = `kubectl -n ${site.cluster.namespace} delete workflowtemplate ${name}`
  if (!isOurs) {
    throw new Problem(
      'conflict',
      `${where} that no push to this target has made: delete it with \`${command}\` and push again`,
    )
  }
  // Whoever changes it leaves the name as it is; where nobody did there is nothing to compare.
  if (generation !== 1 && templateName(pipeline, specOf(found)) !== name) {
    throw new Problem('conflict', `${where} that somebody has changed: delete it with \`${command}\` and push again`)
  }
  return found
}

function specOf(object: KubeObject): Record<string, unknown> {
  const { spec } = object
  return typeof spec === 'object' && spec !== null ? { ...spec } : {}
}

/** All templates of pushes to a target, or of one pipeline of it. */
export function listTemplates(
  site: PushSite,
  pipeline: string | undefined,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const { [PIPELINE_LABEL]: _pipeline, ...ofAll } = pushLabels('', site)
  const labels = pipeline === undefined ? ofAll : pushLabels(pipeline, site)
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  return site.cluster.list(WORKFLOW_TEMPLATES, { labelSelector, signal })
}

/** Those that a push has made: named by their content, or by a history or a record. Somebody's copy of one has its labels. */
export function madeByPushes(
  pipeline: string,
  templates: readonly KubeObject[],
  known: ReadonlySet<string>,
): KubeObject[] {
  return templates.filter((object) => {
    const { name } = object.metadata
    return known.has(name) || templateName(pipeline, specOf(object)) === name
  })
}

type Asked = { readonly leaving?: readonly string[]; readonly signal: AbortSignal | undefined }

/**
 * What starts a template, or is one that runs: words such as `the CronWorkflow nightly`, by the name of the template.
 * `leaving`: CronWorkflows that do not count.
 */
export async function usersOf(
  { cluster }: PushSite,
  templates: ReadonlySet<string>,
  { leaving = [], signal }: Asked,
): Promise<Map<string, string>> {
  const users = new Map<string, string>()
  const [crons, running] = await Promise.all([
    cluster.list(CRON_WORKFLOWS, { signal }),
    cluster.list(WORKFLOWS, { labelSelector: UNFINISHED, signal }),
  ])
  const note = (object: KubeObject, words: string): void => {
    for (const template of templatesIn(object)) users.set(template, words)
  }
  const staying = crons.filter(({ metadata }) => !leaving.includes(metadata.name))
  for (const cron of staying) note(cron, `the CronWorkflow ${cron.metadata.name}`)
  for (const workflow of running) note(workflow, `the Workflow ${workflow.metadata.name}, which is not over`)
  return new Map([...users].filter(([template]) => templates.has(template)))
}

/** Names of the templates that a Workflow or a CronWorkflow refers to, as a whole or for a task. */
function templatesIn(object: KubeObject): string[] {
  const text = JSON.stringify(object['spec'] ?? {})
  const references = text.matchAll(/"(?:workflowTemplateRef|templateRef)":\{[^{}]*?"name":"([^"]+)"/g)
  return [...references].map(([, name]) => name ?? '')
}

/** Texts of all objects of the namespace that may need what lies in the bucket, or a Secret of a push. */
export async function textsThere({ cluster }: PushSite, signal: AbortSignal | undefined): Promise<string[]> {
  const [templates, crons, running] = await Promise.all([
    cluster.list(WORKFLOW_TEMPLATES, { signal }),
    cluster.list(CRON_WORKFLOWS, { signal }),
    cluster.list(WORKFLOWS, { labelSelector: UNFINISHED, signal }),
  ])
  return [...templates, ...crons, ...running].map((object) => JSON.stringify(object))
}
