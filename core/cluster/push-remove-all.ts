import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterPushes } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { pushMarks } from './keys.ts'
import { changeHistory, pushConfigMap, readHistory, type PushSite } from './push-config-map.ts'
import { removeContent } from './push-content.ts'
import { withoutVersions } from './push-history.ts'
import { namespaceMark } from './push-mark.ts'
import { forgetTemplates, removeTemplates, secretsOf } from './push-remove.ts'
import { putMark, recordsOf, type KeptRecord, type PushMark } from './push-store.ts'
import { listTemplates, madeByPushes, usersOf } from './push-there.ts'
import type { PushOptions } from './push.ts'
import { CONFIG_MAPS, CRON_WORKFLOWS } from './resources.ts'

/** How long a removal waits for CronWorkflows that are being deleted. */
const LEAVING_MS = 30_000
const LOOK_MS = 250
const TRIES = 5

type Removing = Pick<PushOptions, 'profile'> & Parameters<ClusterPushes['remove']>[1]
type Found = { readonly templates: readonly KubeObject[]; readonly records: readonly KeptRecord[] }

/** See `ClusterPushes.remove`. First its history gives up all versions: what is pushed after that is left as it is. */
export async function removePush(
  site: PushSite,
  pipeline: string,
  { profile, leaving, letGo, alone = false, onLine, signal }: Removing,
): ReturnType<ClusterPushes['remove']> {
  const { templates, records } = await find(site, pipeline, signal)
  await checkUsers(site, pipeline, { templates, leaving, signal })
  letGo?.()
  await untilGone(site, leaving, signal)
  await checkUsers(site, pipeline, { templates, leaving: [], signal })
  const mark = await namespaceMark(site, profile, { by: '', signal })
  if (templates.length + records.length > 0) onLine?.(`removing ${pipeline}`)
  const gone = await removeVersions(site, pipeline, { templates, records, signal })
  const content = await removeContent(site, { pipeline, place: mark.mark, alone, signal })
  await close(site, pipeline, { mark, gone, signal })
  const images = [...new Set(records.flatMap(({ record }) => Object.values(record.images)))]
  const removed = templates.map(({ metadata }) => metadata.name).filter((name) => gone.includes(name))
  return { pipeline, templates: removed, ...content, others: [...content.others], images }
}

async function find(site: PushSite, pipeline: string, signal: AbortSignal | undefined): Promise<Found> {
  const found = await readHistory(site, pipeline, signal)
  const records = await recordsOf(site.store, pipeline)
  const { entries = [], dropped = [] } = found?.history ?? {}
  const known = [...entries, ...records.map(({ record }) => record)].map(({ template }) => template)
  const templates = await listTemplates(site, pipeline, signal)
  return { templates: madeByPushes(pipeline, templates, new Set([...known, ...dropped])), records }
}

type Users = Pick<Found, 'templates'> & Pick<Removing, 'leaving' | 'signal'>

async function checkUsers(site: PushSite, pipeline: string, { templates, leaving, signal }: Users): Promise<void> {
  const names = new Set(templates.map(({ metadata }) => metadata.name))
  const users = await usersOf(site, names, { leaving, signal })
  if (users.size === 0) return
  const words = [...new Set(users.values())].join(', ')
  const fix = 'delete or stop it with kubectl first'
  throw new Problem('conflict', `versions of ${pipeline} are in use in the cluster (${words}): ${fix}`)
}

/** Waits for CronWorkflows to be deleted. One that is still there after a while keeps what it needs. */
async function untilGone(site: PushSite, names: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const leaving = new Set(names)
  for (
    const end = Date.now() + LEAVING_MS;
    leaving.size > 0 && Date.now() < end;
    await sleep(LOOK_MS, undefined, { signal })
  ) {
    const there = await site.cluster.list(CRON_WORKFLOWS, { signal })
    if (!there.some(({ metadata }) => leaving.has(metadata.name))) return
  }
}

/** Resolves to the templates that are not there then. */
async function removeVersions(
  site: PushSite,
  pipeline: string,
  { templates, records, signal }: Found & Pick<Removing, 'signal'>,
): Promise<string[]> {
  const names = templates.map(({ metadata }) => metadata.name)
  const isThere = (await readHistory(site, pipeline, signal)) !== undefined
  if (!isThere && names.length + records.length === 0) return []
  const { history } = await changeHistory(site, pipeline, { change: (it) => withoutVersions(it, names), signal })
  const secrets = secretsOf(records, templates)
  return removeTemplates(site, { pipeline, templates: new Set(history.dropped), secrets, signal })
}

type Closing = { readonly mark: PushMark; readonly gone: readonly string[]; readonly signal: AbortSignal | undefined }

/** Takes away mark and history, unless something was pushed meanwhile. */
async function close(site: PushSite, pipeline: string, { mark, gone, signal }: Closing): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    const found = await readHistory(site, pipeline, signal)
    if (found !== undefined && found.history.entries.length > 0) {
      await putMark(site.store, pipeline, mark)
      return forgetTemplates(site, { pipeline, templates: gone, signal })
    }
    await site.store.remove([`${pushMarks(pipeline)}${mark.mark}`])
    if (found === undefined) return
    try {
      await site.cluster.delete(CONFIG_MAPS, pushConfigMap(pipeline, site), { unchanged: found.object, signal })
      return
    } catch (error) {
      if (left === 0 || !isProblem(error) || error.code !== 'conflict') throw error
    }
  }
}
