import { formatBytes, formatDuration } from '#core/base/quantity.ts'
import type { ClusterImage, ClusterJobView, FoundCluster, LocalClusterView } from '#core/contract/local-clusters.ts'
import type { RouteOutput } from '#core/contract/route.ts'
import type { clusterRoutes } from '#core/contract/routes-clusters.ts'
import { jobTitle } from './render-job.ts'
import { columns, localTime, plainText } from './text.ts'

type Use = RouteOutput<(typeof clusterRoutes)['showClusterUse']>

/** Two tables: clusters that were made here, and those of others. */
export function clustersText(clusters: readonly LocalClusterView[], found: readonly FoundCluster[]): string {
  const none = 'no local clusters: make one with `minisub cluster create`\n'
  const own = clusters.map((it) => [it.name, it.state, it.target ?? '-', it.context, plainText(it.nodeImage ?? '-')])
  const others = found.map((it) => [
    plainText(it.name),
    plainText(it.tool),
    it.state,
    plainText(it.context ?? '-'),
    it.targets.join(', ') || '-',
  ])
  const head = own.length === 0 ? none : columns([['CLUSTER', 'STATE', 'TARGET', 'CONTEXT', 'NODE IMAGE'], ...own])
  if (others.length === 0) return head
  return `${head}\nmade by others, see minisub cluster adopt --help:\n${columns([['CLUSTER', 'BY', 'STATE', 'CONTEXT', 'TARGETS'], ...others])}`
}

/** All that is known of a cluster; `use` is of its nodes, none where it was not asked. */
export function clusterText(view: LocalClusterView, use: Use['nodes']): string {
  const { ports } = view
  const installed = Object.entries(view.installed).map(([what, version]) => `${what} ${version}`)
  const newer = view.upgradable ? ' (newer ones are here: minisub cluster upgrade)' : ''
  const rows: [string, string][] = [
    ['target', view.target ?? 'none yet'],
    ['context', view.context],
    ['kubeconfig', view.kubeconfig],
    ['ports', `API ${ports.api}, registry ${ports.registry}, store ${ports.store}, of 127.0.0.1`],
    ['kind', `${view.kind ?? 'not known yet'}, nodes of ${view.nodeImage ?? 'an image that is not known yet'}`],
    ['installed', `${installed.join(', ') || 'nothing yet'}${newer}`],
    ['made', localTime(view.createdAt)],
    ...(view.job === null ? [] : [['latest job', `${jobTitle(view.job)} (${view.job.id})`] satisfies [string, string]]),
  ]
  const reason = view.reason === null ? '' : `  ${plainText(view.reason)}\n`
  const details = columns(rows.map(([key, value]) => [`  ${key}`, plainText(value)]))
  return `${view.name}  ${view.state}\n${reason}${details}${nodesText(view, use)}`
}

function nodesText({ nodes }: LocalClusterView, use: Use['nodes']): string {
  if (nodes.length === 0) return ''
  const rows = nodes.map(({ name, role, state }) => {
    const used = use.find(({ node }) => node === name)
    const memory =
      used === undefined ? '-' : `${formatBytes(used.memoryBytes)} of ${formatBytes(used.memoryLimitBytes)}`
    return [name, role, state, used === undefined ? '-' : used.cpu.toFixed(2), memory]
  })
  return columns([['NODE', 'ROLE', 'STATE', 'CORES', 'MEMORY'], ...rows])
}

/** A table of what the cluster tells, in the order that it was given. */
export function eventsText(events: Use['events']): string {
  if (events.length === 0) return 'the cluster remembers no events\n'
  const rows = events.map(({ at, type, reason, object, namespace, message, count }) => [
    at === null ? '-' : localTime(at),
    plainText(type),
    plainText(reason),
    plainText(`${namespace === '' ? '' : `${namespace}/`}${object}`),
    `${plainText(message)}${count > 1 ? ` (${count} times)` : ''}`,
  ])
  return columns([['TIME', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], ...rows])
}

/** A table of images, the largest first, with what they take together. */
export function imagesText(images: readonly ClusterImage[]): string {
  if (images.length === 0) return 'the nodes hold no images\n'
  const rows = images
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .map(({ id, tags, sizeBytes, nodes }) => [
      plainText(tags.join(', ') || '<none>'),
      plainText(id.replace('sha256:', '').slice(0, 12)),
      formatBytes(sizeBytes),
      String(nodes.length),
    ])
  const all = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return `${columns([['IMAGE', 'ID', 'SIZE', 'NODES'], ...rows])}${formatBytes(all)} in all\n`
}

/** How a job ended, for stdout. */
export function jobText(job: ClusterJobView): string {
  const took = formatDuration(Math.max(0, Date.parse(job.endedAt ?? job.startedAt) - Date.parse(job.startedAt)))
  const { cluster, kind, status } = job
  if (status === 'cancelled')
    return `${cluster}: ${kind} was given up${kind === 'create' ? '; nothing of it is left' : ''}\n`
  if (status !== 'succeeded') return `${jobTitle(job)}\n`
  switch (kind) {
    case 'create':
      return `${cluster} is ready after ${took}: minisub run FILE --target ${cluster}\n`
    case 'delete':
      return `deleted ${cluster}; nothing of it is left\n`
    case 'start':
      return `${cluster} runs after ${took}\n`
    case 'stop':
      return `${cluster} is stopped; what it holds stays\n`
    case 'upgrade':
      return `${cluster} has what this version brings\n`
  }
}

/** Why a job failed: what happened, the likely cause, the fix where that is not said yet, and where logs are that are kept. */
export function jobFailureText(
  { id, problem, logs }: ClusterJobView,
  { isKept }: { readonly isKept: boolean },
): string {
  if (problem === null) return ''
  const { message, cause, fix } = problem
  const lines = [`error: ${plainText(message)}`]
  if (cause !== null && cause !== message) lines.push(`likely cause: ${plainText(cause)}`)
  if (fix !== null && !message.includes(fix) && cause?.includes(fix) !== true) lines.push(`fix: ${plainText(fix)}`)
  if (isKept && logs !== null) lines.push(`logs of the nodes: ${plainText(logs)}`)
  if (isKept) lines.push(`what was done: minisub cluster logs --job ${id}`)
  return `${lines.join('\n')}\n`
}
