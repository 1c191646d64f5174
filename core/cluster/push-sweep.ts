import { readHistory, type PushSite } from './push-config-map.ts'
import { forgetTemplates, removeTemplates, secretsOf } from './push-remove.ts'
import { recordsNamed } from './push-store.ts'
import { listTemplates, usersOf } from './push-there.ts'

/**
 * Removes templates and Secrets of versions that nobody can go back to any more; what lies in the bucket goes with all of
 * the pipeline. What still starts one keeps it until a later push.
 */
export async function sweepDropped(site: PushSite, pipeline: string, signal: AbortSignal | undefined): Promise<void> {
  const dropped = (await readHistory(site, pipeline, signal))?.history.dropped ?? []
  if (dropped.length === 0) return
  const users = await usersOf(site, new Set(dropped), { signal })
  const templates = new Set(dropped.filter((template) => !users.has(template)))
  const there = await listTemplates(site, pipeline, signal)
  const going = there.filter(({ metadata }) => templates.has(metadata.name))
  const secrets = secretsOf(await recordsNamed(site.store, pipeline, templates), going)
  const gone = await removeTemplates(site, { pipeline, templates, secrets, signal })
  await forgetTemplates(site, { pipeline, templates: gone, signal })
}
