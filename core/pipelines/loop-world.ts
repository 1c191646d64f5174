import type { LoopOptions } from './loop-options.ts'
import type { World } from './scheduler.ts'

type Written = Pick<World, 'emit' | 'keepParts'>

/** The world of the scheduler of one run; what it decides goes to what is written next. */
export function worldOf(options: LoopOptions, written: Written): World {
  const { mirror, state, parallelism, facts, now, only } = options
  return {
    ...written,
    parallelism,
    facts,
    now,
    ...(only === undefined ? {} : { only }),
    // None begins before the cluster has the run.
    ...(mirror === undefined
      ? {}
      : { hasBegun: (...attempt) => state.submitted !== null && mirror.hasBegun(...attempt) }),
    lookUp: (query) => options.lookUp(query),
    outputs: (final) => options.outputs(final),
  }
}
