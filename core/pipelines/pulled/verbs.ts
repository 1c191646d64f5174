import { Problem } from '#core/base/problem.ts'
import { openTurns } from '#core/base/in-turn.ts'
import type { PipelineService, StepAddress } from '../service-types.ts'
import { pastAttempt, type PastAttempt } from './past-attempt.ts'
import { isOf, pulledFolder, pulledThere } from './pull-folder.ts'
import { pullStep, type PullOptions } from './pull-step.ts'
import { applyCode } from './apply-code.ts'
import { changedCode } from './pulled-code.ts'
import { rerunReport } from './rerun-report.ts'
import { rerunStep, type RerunOptions } from './rerun-step.ts'

type Options = Omit<PullOptions, 'inTurn'> & RerunOptions

/** The verbs for a step of a run that is brought to this machine. */
export function pulledVerbs(
  options: Options,
): Pick<PipelineService, 'pullStep' | 'rerunStep' | 'rerunReport' | 'pulledChanges' | 'applyPulled'> {
  const inTurn = openTurns()
  return {
    pullStep: (address, wish) => pullStep({ ...options, inTurn }, address, wish),
    rerunStep: (address, wish) => rerunStep(options, address, wish),
    rerunReport: (run) => rerunReport(options, run),
    pulledChanges: (address, where) => {
      const { folder, past } = placeOf(options, address, where)
      return changedCode(folder, past.snapshot)
    },
    applyPulled: (address, where) => {
      const { folder, past } = placeOf(options, address, where)
      return inTurn(past.row.file, () => applyCode(folder, past))
    },
  }
}

type Where = { readonly attempt?: number | undefined; readonly into?: string | undefined }

/** Where an attempt was pulled to. Throws Problem `not_found` where it was not. */
function placeOf(
  { store, home }: Options,
  address: StepAddress,
  { attempt, into }: Where,
): { readonly folder: string; readonly past: PastAttempt } {
  const past = pastAttempt(store, address, attempt)
  const folder = into ?? pulledFolder(home, past)
  const there = pulledThere(folder)
  if (there !== undefined && isOf(there, past)) return { folder, past }
  const { name } = past.task.step.bound.planned
  throw new Problem(
    'not_found',
    `${name} of run ${past.row.id} is not in ${folder}: minisub pull-step ${past.row.id} ${name} brings it`,
  )
}
