import type { parityRoutes } from '#core/contract/routes-parity.ts'
import type { Parity } from '#core/parity/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Handlers } from './handler.ts'

type Options = { readonly parity: Parity; readonly service: Pick<PipelineService, 'twins'> }

/** Handlers that compare runs of pipelines, and say who signs what comes of it. */
export function parityHandlers({ parity, service }: Options): Pick<Handlers, keyof typeof parityRoutes> {
  return {
    listTwins: ({ run }) => ({ runs: service.twins(run) }),
    verifyRuns: ({ run, other, tolerance }, { signal }) => parity.verify({ a: run, b: other, tolerance }, signal),
    showParityKey: () => parity.key(),
  }
}
