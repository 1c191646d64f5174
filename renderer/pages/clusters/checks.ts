import type { ClusterCheck, ClusterPreflight } from '#core/contract/local-clusters.ts'

/** The check of the container engine: without one nothing can be made at all. */
const ENGINE = 'engine'
/** The check of kind, which can be downloaded where people agree. */
const KIND = 'kind'

/** What stops a cluster from being made. */
export function errorsOf({ checks }: ClusterPreflight): readonly ClusterCheck[] {
  return checks.filter(({ level }) => level === 'error')
}

/** The check of the engine where that is the fault. */
export function engineFault(preflight: ClusterPreflight | undefined): ClusterCheck | undefined {
  return preflight?.checks.find(({ id, level }) => id === ENGINE && level === 'error')
}

/** Whether people must say whether kind may be downloaded: it is not there, or they have said so already. */
export function asksForDownload(preflight: ClusterPreflight | undefined, isAllowed: boolean): boolean {
  const kind = preflight?.checks.find(({ id }) => id === KIND)
  return isAllowed || (kind !== undefined && kind.level !== 'ok')
}

/** How the checks came out, in one sentence for eyes and ears. */
export function summaryOf(preflight: ClusterPreflight): string {
  const count = (level: ClusterCheck['level']) => preflight.checks.filter((it) => it.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  if (errors === 0 && warnings === 0) return 'This machine has all that a local cluster needs.'
  const worth =
    warnings === 0 ? '' : `${number(warnings, 'warning')}, which ${warnings === 1 ? 'does' : 'do'} not stop it`
  if (errors === 0) return `A local cluster can be made here, with ${worth}.`
  const stops = `${number(errors, 'thing')} must be put right first`
  return worth === '' ? `${stops}.` : `${stops}. There ${warnings === 1 ? 'is' : 'are'} also ${worth}.`
}

/** Why the button does nothing now, by the titles of what is wrong. */
export function blockedText(errors: readonly ClusterCheck[]): string {
  const titles = errors.map(({ title }) => title)
  return `It cannot be created yet. To be put right first: ${titles.join(', ')}.`
}

function number(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
