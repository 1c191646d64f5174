import { changeHistory, readHistory, type PushSite } from './push-config-map.ts'
import { withoutDropped, type PushHistory } from './push-history.ts'
import { removeVersions } from './push-remove.ts'
import { recordsOf } from './push-store.ts'
import { listTemplates, usersOf } from './push-there.ts'

type Options = { readonly place: string; readonly signal: AbortSignal | undefined }

/** Removes versions that nobody can go back to any more. What still starts one keeps it until a later push. */
export async function sweepDropped(site: PushSite, pipeline: string, { place, signal }: Options): Promise<void> {
  const dropped = (await readHistory(site, pipeline, signal))?.history.dropped ?? []
  if (dropped.length === 0) return
  const users = await usersOf(site, new Set(dropped), signal)
  const going = new Set(dropped.filter((template) => !users.has(template)))
  const all = await listTemplates(site, pipeline, signal)
  const templates = all.filter(({ metadata }) => going.has(metadata.name))
  const stay = all.filter(({ metadata }) => !going.has(metadata.name))
  const records = (await recordsOf(site.store, pipeline)).filter(({ record }) => going.has(record.template))
  await removeVersions(site, { pipeline, place, templates, records, stay, signal })
  const change = (history: PushHistory | undefined): PushHistory => {
    if (history === undefined) throw new Error('a history that is gone')
    return withoutDropped(history, [...going])
  }
  await changeHistory(site, pipeline, { change, signal })
}
