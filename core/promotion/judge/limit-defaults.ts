import type { LimitRange } from '#core/cluster-facts/index.ts'
import type { PodContainer, PodSpec, Resources } from './pod-spec.ts'

/** What a namespace says of containers or of whole pods, one entry of a limit range. */
export type Limit = LimitRange['spec']['limits'][number]

/**
 * A pod as the API server keeps it: a request that is not said is as large as the limit; what is not said at all comes from the
 * limit ranges of the namespace.
 */
export function withDefaults(spec: PodSpec, limits: readonly Limit[]): PodSpec {
  const ofContainers = limits.filter(({ type }) => type === 'Container')
  const filled = (container: PodContainer): PodContainer => {
    return { ...container, resources: defaulted(container.resources, ofContainers) }
  }
  return { ...spec, containers: spec.containers.map(filled), initContainers: spec.initContainers.map(filled) }
}

function defaulted({ requests, limits, ...rest }: Resources, ranges: readonly Limit[]): Resources {
  const own = { requests: { ...limits, ...requests }, limits }
  const merged = ranges.reduce(
    (it, range) => ({
      requests: { ...range.defaultRequest, ...it.requests },
      limits: { ...range.default, ...it.limits },
    }),
    own,
  )
  return { ...rest, ...merged }
}
