import type { moveRoutes } from '#core/contract/routes-moves.ts'
import type { Moves } from '#core/moves/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of runs that go on elsewhere. A move goes on when nobody waits for it any more. */
export function moveHandlers(moves: Moves): Pick<Handlers, keyof typeof moveRoutes> {
  return {
    moveRun: ({ run, parallelism = null, target, mode, newRun }, { onLine }) =>
      moves.move(run, { target, mode, parallelism, ...(newRun === undefined ? {} : { newRun }) }, onLine),
    showMove: ({ run }) => moves.show(run),
    giveUpMove: ({ run, onlyChecking }) => moves.giveUp(run, { onlyChecking }),
  }
}
