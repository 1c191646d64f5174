import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { Conditions, unless } from './looks.ts'
import { isOurs, titleOf } from './objects.ts'
import { pathOf } from './places.ts'

export type ApplyAllOptions = {
  readonly signal: AbortSignal
  /** After each object: `left` is one of somebody else, which stays as it is. */
  readonly onObject?: (object: KubeObject, became: 'applied' | 'left') => void
  /** So long an API server that has just begun may refuse what it takes later; 20 s where absent. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 20_000
const PAUSE_MS = 400
/** What a server that has just begun, or two that write at once, may answer. */
const FOR_A_MOMENT: ReadonlySet<ProblemCode> = new Set(['cluster_unreachable', 'conflict', 'not_found'])
const NOT_YET = /not yet ready|etcdserver|leader changed|failed calling webhook|context deadline|no matches for kind/i

/**
 * Applies objects in their order: makes what is missing and sets what is ours to what it is to be. Nothing is removed, and
 * what somebody else made stays as it is. May be repeated. A kind is waited for before the objects behind it. Throws
 * Problem `cluster_forbidden` with the right that is missing, and what the cluster refuses.
 */
export async function applyAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: ApplyAllOptions,
): Promise<void> {
  const { signal, onObject = () => undefined, patienceMs = PATIENCE_MS } = options
  const kinds: KubeObject[] = []
  for (const object of objects) {
    const isKind = object.kind === 'CustomResourceDefinition'
    if (!isKind) await established(cluster, kinds.splice(0), options)
    const path = pathOf(object)
    const became = await patiently({ signal, patienceMs }, async () => {
      if (await isOfOthers(cluster, path, signal)) return 'left'
      await cluster.apply(path, object, { force: true, signal })
      return 'applied'
    }).catch((error: unknown) => {
      throw isProblem(error) ? told(error, object) : error
    })
    if (isKind) kinds.push(object)
    onObject(object, became)
  }
  await established(cluster, kinds, options)
}

/** Who may not read it may not know; then applying it tells. */
async function isOfOthers(cluster: Cluster, path: string, signal: AbortSignal): Promise<boolean> {
  const found = await unless(['not_found', 'cluster_forbidden'], () => cluster.call('GET', path, undefined, { signal }))
  return found !== undefined && !isOurs(found as KubeObject)
}

async function patiently<Result>(
  { signal, patienceMs }: { readonly signal: AbortSignal; readonly patienceMs: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isProblem(error) || !passes(error) || performance.now() >= until) throw error
      await sleep(PAUSE_MS, undefined, { signal })
    }
  }
}

function passes({ code, message }: Problem): boolean {
  return FOR_A_MOMENT.has(code) || (code === 'cluster_refused' && NOT_YET.test(message))
}

/** A Role may only give rights that its maker has: the API server has words of its own for that. */
function told(problem: Problem, object: KubeObject): Problem {
  const title = titleOf(object)
  const extra = { cause: problem, ...(problem.details === undefined ? {} : { details: problem.details }) }
  if (/attempting to grant RBAC permissions not currently held/.test(problem.message)) {
    const [, missing = ''] = /not currently held:\s*([\s\S]*)$/.exec(problem.message) ?? []
    const fix = 'have an administrator apply what `minisub cluster install --dry-run` prints, once'
    return new Problem('cluster_forbidden', `you lack rights that ${title} gives: ${fix}`, {
      ...extra,
      details: missing,
    })
  }
  return new Problem(problem.code, `${title}: ${problem.message}`, extra)
}

const Definition = z.object({
  status: Conditions,
})

/** Resolves when the API server serves kinds. Throws Problem `cluster_unusable` where it does not take one. */
async function established(
  cluster: Cluster,
  kinds: readonly KubeObject[],
  { signal, patienceMs = PATIENCE_MS }: ApplyAllOptions,
): Promise<void> {
  const until = performance.now() + patienceMs
  for (const kind of kinds) {
    for (;;) {
      const read = (): Promise<unknown> => cluster.call('GET', pathOf(kind), undefined, { signal })
      const { conditions } = Definition.parse(await patiently({ signal, patienceMs }, read)).status
      const is = (type: string): boolean => conditions.some((it) => it.type === type && it.status === 'True')
      if (is('Established') && is('NamesAccepted')) break
      if (performance.now() >= until)
        throw notServed(kind, conditions.find(({ status }) => status === 'False')?.message)
      await sleep(PAUSE_MS / 2, undefined, { signal })
    }
  }
}

function notServed({ metadata }: KubeObject, words = 'no word of why'): Problem {
  const fix = 'remove what has its names'
  return new Problem('cluster_unusable', `the cluster does not serve ${metadata.name} (${words}): ${fix}`)
}
