import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { MoveMode, MoveState, MoveView } from '#core/contract/move.ts'

/** A move as it is written down. Times are epoch ms. */
export type Move = {
  readonly run: string
  /** The target that the run is on. */
  readonly source: string
  readonly target: string
  readonly mode: MoveMode
  /** Id of the run that goes on, made before anything of it. */
  readonly newRun: string
  readonly parallelism: number | null
  /** The run was over when the move was asked for. */
  readonly wasOver: boolean
  readonly state: MoveState
  readonly problem: { readonly code: ProblemCode; readonly message: string } | null
  readonly createdBy: string
  readonly createdAt: number
  readonly finishedAt: number | null
}

/** A move for those who ask. */
export function viewOf(move: Move): MoveView {
  const { run, source, target, mode, newRun, state, problem, createdAt, finishedAt } = move
  return {
    run,
    source,
    target,
    mode,
    newRun,
    state,
    problem,
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
  }
}
