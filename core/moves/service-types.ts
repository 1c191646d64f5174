import type { MoveMode, MoveView } from '#core/contract/move.ts'
import type { RunView } from '#core/contract/run.ts'

export type MoveWish = {
  readonly target: string
  readonly mode: MoveMode
  /** How many attempts may run at once; what is usual on the target where null. */
  readonly parallelism: number | null
}

/** Runs that go on elsewhere. Run ids may be shortened to a unique prefix. */
export type Moves = {
  /**
   * Lets a run go on on another target, and resolves when the new run has begun: to that, or to the old one where that
   * succeeded meanwhile. What was asked for is written down first and goes on whoever waits; asked again it is the same
   * move, and one that failed begins anew. Throws Problem `conflict` where nothing is left, the run is there already, or
   * is or was moved elsewhere, `not_supported` for a target that is not known, and what was in its way.
   */
  move(run: string, wish: MoveWish, onLine?: (line: string) => void): Promise<{ move: MoveView; run: RunView }>
  /** The latest of a run. Throws Problem `not_found`. */
  show(run: string): MoveView
  /** Resolves when it is given up. Throws Problem `conflict` where it cannot be any more, and `not_found`. */
  giveUp(run: string): Promise<MoveView>
  /** Gives up a move whose run is over, as a cancel of that run does; false where there is none. */
  giveUpWithRun(run: string): Promise<boolean>
  /** Moves that have not ended. */
  activeCount(): number
}
