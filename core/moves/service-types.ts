import type { MoveMode, MoveView } from '#core/contract/move.ts'
import type { RunView } from '#core/contract/run.ts'

export type MoveWish = {
  readonly target: string
  readonly mode: MoveMode
  /** How many attempts may run at once; what is usual on the target where null. */
  readonly parallelism: number | null
  /**
   * Id for the run that goes on, by which the move is known when it is asked for again: one that has ended is answered as it
   * ended. Made here where absent.
   */
  readonly newRun?: string
}

/** Runs that go on elsewhere. Run ids may be shortened to a unique prefix. */
export type Moves = {
  /**
   * Lets a run go on on another target, and resolves when the new run has begun: to that, or to the old one where that
   * succeeded meanwhile. What was asked for is written down first and goes on whoever waits; asked again it is the same
   * move, `now` where one of both asked for that, and one that failed begins anew. Throws Problem `conflict` where nothing is
   * left, the run is there already, or is or was moved elsewhere, or is being moved with another parallelism,
   * `not_supported` for a target that is not known, and what was in its way.
   */
  move(run: string, wish: MoveWish, onLine?: (line: string) => void): Promise<{ move: MoveView; run: RunView }>
  /** The latest of a run. Throws Problem `not_found`. */
  show(run: string): MoveView
  /**
   * Resolves when it is given up. Throws Problem `conflict` where it cannot be any more, and `not_found`. With `onlyChecking`
   * one whose run was stopped for it goes on.
   */
  giveUp(run: string, how?: { readonly onlyChecking: boolean }): Promise<MoveView>
  /** Cancels a run with its move; where the run is over, the move alone. Throws as a cancel of a run. */
  cancelRun(run: string, how: { readonly force: boolean }): Promise<void>
  /** Throws Problem `conflict` where a run is being moved, so that nothing else may go on with it. */
  refuseWhileMoving(run: string): void
  /** Moves that have not ended. */
  activeCount(): number
}
