import type { TrackedRunView } from '#core/contract/tracking.ts'

export type Metric = TrackedRunView['metrics'][number]

/** Metrics by name; those of the machine, which `system/` marks, apart. */
export function metricGroups(metrics: readonly Metric[]): { readonly own: Metric[]; readonly system: Metric[] } {
  const sorted = metrics.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const isSystem = ({ key }: Metric) => key.startsWith('system/')
  return { own: sorted.filter((metric) => !isSystem(metric)), system: sorted.filter(isSystem) }
}

/** Tags that people or programs set, and those that MLflow and the workbench set for themselves. */
export function tagGroups(tags: Readonly<Record<string, string>>) {
  const pairs = Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const isInner = ([key]: readonly [string, string]) => /^(mlflow|minisub)\./.test(key)
  return { own: pairs.filter((pair) => !isInner(pair)), inner: pairs.filter(isInner) }
}
