import type { moveRoutes } from '#core/contract/routes-moves.ts'
import type { Moves } from '#core/moves/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of runs that go on elsewhere. A move goes on when nobody waits for it any more. */
export function moveHandlers(moves: Moves): Pick<Handlers, keyof typeof moveRoutes> {
  return {
    moveRun: ({ run, target, mode, parallelism = null }, { onLine }) =>
      moves.move(run, { target, mode, parallelism }, onLine),
    showMove: ({ run }) => moves.show(run),
    giveUpMove: ({ run }) => moves.giveUp(run),
  }
}
