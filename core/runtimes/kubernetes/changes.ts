import { isProblem } from '#core/base/problem.ts'
import type { Cluster, KubeObject } from '../cluster.ts'
import { pathOf, selectors, withQuery } from './paths.ts'
import { callForJson, type Call } from './request.ts'
import type { Session } from './session.ts'

/** As whom fields are set by server-side apply. */
const FIELD_MANAGER = 'mini-submarine'

type ForObject = (call: Call, timeoutMs?: number) => Promise<KubeObject>

/** The calls of a cluster that change something. */
export function changesOf(
  session: Session,
  namespace: string,
  forObject: ForObject,
): Pick<Cluster, 'create' | 'patch' | 'apply' | 'delete' | 'deleteAll'> {
  return {
    create(resource, object, { dryRun, signal, timeoutMs } = {}) {
      const path = withQuery(pathOf(namespace, resource), { dryRun: dryRun === true ? 'All' : undefined })
      return forObject({ method: 'POST', path, body: object, signal }, timeoutMs)
    },
    patch(resource, name, ...[patch, { signal, timeoutMs } = {}]) {
      const path = pathOf(namespace, resource, name)
      const contentType = 'application/merge-patch+json'
      return forObject({ method: 'PATCH', path, body: patch, contentType, signal }, timeoutMs)
    },
    apply(path, object, { fieldManager = FIELD_MANAGER, force, dryRun, signal, timeoutMs } = {}) {
      const asked = { fieldManager, force: force === true || undefined, dryRun: dryRun === true ? 'All' : undefined }
      const contentType = 'application/apply-patch+yaml'
      return forObject({ method: 'PATCH', path: withQuery(path, asked), body: object, contentType, signal }, timeoutMs)
    },
    async delete(resource, name, { signal, timeoutMs, ...how } = {}) {
      const path = pathOf(namespace, resource, name)
      try {
        const body = deleteOptions(how)
        await callForJson(session, { method: 'DELETE', path, body, signal }, timeoutMs)
        return true
      } catch (error) {
        if (isProblem(error) && error.code === 'not_found') return false
        throw error
      }
    },
    async deleteAll(resource, { graceSeconds, signal, timeoutMs, ...selection }) {
      if (selection.labelSelector === undefined && selection.fieldSelector === undefined) {
        throw new Error('deleteAll without a selector would remove what others made')
      }
      const path = withQuery(pathOf(namespace, resource), selectors(selection))
      await callForJson(session, { method: 'DELETE', path, body: deleteOptions({ graceSeconds }), signal }, timeoutMs)
    },
  }
}

type DeleteHow = {
  readonly graceSeconds?: number | undefined
  readonly orphan?: boolean
  readonly unchanged?: KubeObject
}

function deleteOptions({ graceSeconds: gracePeriodSeconds, orphan = false, unchanged }: DeleteHow): object {
  const propagationPolicy = orphan ? 'Orphan' : 'Background'
  const { uid, resourceVersion } = unchanged?.metadata ?? {}
  const preconditions = unchanged === undefined ? undefined : { uid, resourceVersion }
  return { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, gracePeriodSeconds, preconditions }
}
