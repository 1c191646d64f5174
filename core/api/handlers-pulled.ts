import type { pulledRoutes } from '#core/contract/routes-pulled.ts'
import type { PipelineService, StepAddress } from '#core/pipelines/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

type Options = {
  readonly service: Pick<PipelineService, 'pullStep' | 'rerunStep' | 'rerunReport' | 'pulledChanges' | 'applyPulled'>
}

/** Handlers for steps that are brought to this machine. */
export function pulledHandlers({ service }: Options): Pick<Handlers, keyof typeof pulledRoutes> {
  return {
    pullStep: ({ attempt, into, force, shell, ...named }, { onLine, signal }) =>
      service.pullStep(addressOf(named), { attempt, into: placeOf(into), force, shell, onLine, signal }),
    showPulledChanges: ({ attempt, into, ...named }) =>
      service.pulledChanges(addressOf(named), { attempt, into: placeOf(into) }),
    applyPulledChanges: ({ attempt, into, ...named }) =>
      service.applyPulled(addressOf(named), { attempt, into: placeOf(into) }),
    rerunStep: ({ attempt, target, ...named }, { onLine, signal }) =>
      service.rerunStep(addressOf(named), { attempt, target, onLine, signal }),
    showRerun: ({ run }) => service.rerunReport(run),
  }
}

type Named = { readonly run: string; readonly step: string; readonly item?: number | undefined }

function addressOf({ run, step, item }: Named): StepAddress {
  return { run, step, item: item ?? null }
}

function placeOf(into: string | undefined): string | undefined {
  return into === undefined ? undefined : absolute(into)
}
