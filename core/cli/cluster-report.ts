import { createColors } from 'picocolors'
import { Problem } from '#core/base/problem.ts'
import type { ClusterCheck, ClusterPreflight } from '#core/contract/local-clusters.ts'
import { wantsColours } from './context.ts'
import { columns, counted, plainText } from './text.ts'

type Level = ClusterCheck['level']

/** Flags by which the fix of a check is taken here; a page has fields. */
const FLAGS: Readonly<Record<string, string>> = {
  kind: '--download',
  architecture: '--node-image IMAGE',
  'node-image': '--node-image IMAGE',
}

/** A table of checks with the fix below each that has one. */
export function checksText(checks: readonly ClusterCheck[], stream: { readonly isTTY?: boolean }): string {
  const { green, yellow, red, dim } = createColors(wantsColours(stream))
  const paint: Record<Level, (text: string) => string> = { ok: green, info: dim, warning: yellow, error: red }
  const rows = checks.map(({ level, title, found }) => [level, title, plainText(found)])
  const lines = columns(rows).trimEnd().split('\n')
  return checks
    .map(({ id, level, fix }, i) => {
      const line = (lines[i] ?? '').replace(level, () => paint[level](level))
      if (fix === null) return `${line}\n`
      const flag = FLAGS[id] === undefined ? '' : ` (${FLAGS[id]})`
      return `${line}\n         fix: ${plainText(fix)}${flag}\n`
    })
    .join('')
}

/** The whole report with a sentence at its end. */
export function preflightText({ ok, checks }: ClusterPreflight, stream: { readonly isTTY?: boolean }): string {
  const count = (level: Level): number => checks.filter((check) => check.level === level).length
  const counts = `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}`
  const end = ok ? 'this machine can have the cluster' : 'this machine cannot have the cluster now'
  return `${checksText(checks, stream)}${end}: ${counts}\n`
}

/** Why a cluster is not begun: the one fault with its fix, or the titles of all. */
export function preflightProblem({ checks }: ClusterPreflight): Problem {
  const errors = checks.filter(({ level }) => level === 'error')
  const [only, ...more] = errors
  if (only !== undefined && more.length === 0) {
    return new Problem('cluster_preflight', `${plainText(only.found)}: ${plainText(only.fix ?? only.title)}`)
  }
  const titles = errors.map(({ title }) => title).join(', ')
  return new Problem('cluster_preflight', `not all is there (${titles}): do what stands at each of them`)
}
