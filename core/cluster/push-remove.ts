import { isProblem, Problem } from '#core/base/problem.ts'
import type { KubeObject, Resource } from '#core/runtimes/cluster.ts'
import { findObject } from './find-object.ts'
import { changeHistory, readHistory, type PushSite } from './push-config-map.ts'
import { withoutDropped, type PushHistory } from './push-history.ts'
import type { KeptRecord } from './push-store.ts'
import { SECRET_ANNOTATION, textsThere } from './push-there.ts'
import { SECRETS, WORKFLOW_TEMPLATES } from './resources.ts'

type Removal = {
  readonly pipeline: string
  /** Names of templates that its history has given up. */
  readonly templates: ReadonlySet<string>
  /** Names of Secrets that go where nothing needs them any more. */
  readonly secrets: ReadonlySet<string>
  readonly signal: AbortSignal | undefined
}

const TRIES = 5

/**
 * Takes away templates that a history has given up, then Secrets that nothing there names any more. What is pushed again
 * meanwhile stays. Resolves to the names of templates that are not there then.
 */
export async function removeTemplates(site: PushSite, removal: Removal): Promise<string[]> {
  const { pipeline, templates, secrets, signal } = removal
  const gone: string[] = []
  for (const name of templates) {
    const isNeeded = async (): Promise<boolean> => {
      const { history } = (await readHistory(site, pipeline, signal)) ?? {}
      return history?.dropped.includes(name) !== true
    }
    if (await removeUnless(site, { resource: WORKFLOW_TEMPLATES, name, isNeeded, signal })) gone.push(name)
  }
  for (const name of secrets) {
    const isNeeded = async (): Promise<boolean> => {
      const texts = await textsThere(site, signal)
      return texts.some((text) => text.includes(JSON.stringify(name)))
    }
    await removeUnless(site, { resource: SECRETS, name, isNeeded, signal })
  }
  return gone
}

/** Names of Secrets by records, which are removed last, and by templates. */
export function secretsOf(records: readonly KeptRecord[], templates: readonly KubeObject[]): Set<string> {
  const annotated = templates.map(({ metadata }) => metadata.annotations?.[SECRET_ANNOTATION])
  const named = [...records.map(({ record }) => record.secret), ...annotated]
  return new Set(named.flatMap((name) => name ?? []))
}

type Removable = {
  readonly resource: Resource
  readonly name: string
  readonly isNeeded: () => Promise<boolean>
  readonly signal: AbortSignal | undefined
}

/** A push that needs it touches it after it has said so: what was read before that is not what is deleted. */
async function removeUnless(site: PushSite, { resource, name, isNeeded, signal }: Removable): Promise<boolean> {
  for (let left = TRIES; ; left -= 1) {
    const unchanged = await findObject(site.cluster, resource, { name, signal })
    if (unchanged === undefined) return true
    if (await isNeeded()) return false
    try {
      await site.cluster.delete(resource, name, { unchanged, signal })
      return true
    } catch (error) {
      if (left === 0 || !isProblem(error) || error.code !== 'conflict') throw error
    }
  }
}

/** Notes that templates are not there any more. Throws Problem `conflict` where the history is gone too. */
export async function forgetTemplates(
  site: PushSite,
  { pipeline, templates, signal }: Pick<Removal, 'pipeline' | 'signal'> & { readonly templates: readonly string[] },
): Promise<void> {
  const change = (history: PushHistory | undefined): PushHistory => {
    if (history !== undefined) return withoutDropped(history, templates)
    throw new Problem('conflict', `somebody has removed ${pipeline} just now: see what is there and go on from that`)
  }
  await changeHistory(site, pipeline, { change, signal })
}
