import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { KubeObject } from '../cluster.ts'
import { withQuery, type Query } from './paths.ts'
import { callForJson } from './request.ts'
import { Expired } from './problems.ts'
import type { Session } from './session.ts'

const Page = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  items: z.array(z.custom<KubeObject>(isObject)).nullish(),
})

/** All objects below a path, and the version as of which they are that. */
export type Listed = { readonly objects: KubeObject[]; readonly resourceVersion: string }

export type ListCall = { readonly path: string; readonly query: Query; readonly signal?: AbortSignal | undefined }

/** Reads a list page by page. A list that grew old meanwhile (410) is begun anew, in one piece. */
export async function listAll(session: Session, call: ListCall, timeoutMs?: number): Promise<Listed> {
  try {
    return await readPages(session, call, { limit: session.pageSize, timeoutMs })
  } catch (error) {
    if (!(error instanceof Expired)) throw error
    return readPages(session, call, { limit: undefined, timeoutMs })
  }
}

type Pages = { readonly limit: number | undefined; readonly timeoutMs: number | undefined }

async function readPages(session: Session, { path, query, signal }: ListCall, pages: Pages): Promise<Listed> {
  const objects: KubeObject[] = []
  let next: string | undefined
  for (;;) {
    const paged = withQuery(path, { ...query, limit: pages.limit, continue: next })
    const answer = Page.safeParse(await callForJson(session, { method: 'GET', path: paged, signal }, pages.timeoutMs))
    if (!answer.success) throw new Problem('cluster_refused', `${session.where} answered with no list for ${path}`)
    for (const object of answer.data.items ?? []) objects.push(object)
    next = answer.data.metadata.continue
    if (next === undefined || next === '') {
      return { objects, resourceVersion: answer.data.metadata.resourceVersion ?? '' }
    }
  }
}

/** Whether something has the shape of an object of the API. */
export function isObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return false
  const { metadata } = value
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string'
}
