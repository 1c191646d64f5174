import { z } from 'zod'

const MOVE_MODES = ['now', 'wait'] as const
/** `now`: what runs is stopped, and runs again there. `wait`: what runs ends first, and nothing new begins. */
export type MoveMode = (typeof MOVE_MODES)[number]

/** How far a move is. The last three are its ends. */
export const MOVE_STATES = ['checking', 'stopping', 'preparing', 'done', 'unneeded', 'failed'] as const
export type MoveState = (typeof MOVE_STATES)[number]

export const MoveRequest = z.strictObject({
  /** A name that `listTargets` knows. */
  target: z.string().min(1),
  mode: z.enum(MOVE_MODES).default('now'),
  /** How many steps may run at once there; what is usual there where absent. */
  parallelism: z.int().min(1).max(1024).optional(),
  /** Id for the run that goes on, so that what was asked before is answered as it ended; a ULID in lower case. */
  newRun: z.string().length(26).optional(),
})

/** That a run goes on elsewhere. */
export const MoveView = z.object({
  run: z.string(),
  /** Where that is or was. */
  source: z.string(),
  target: z.string(),
  mode: z.enum(MOVE_MODES),
  /** Id of the run that goes on; there is none before the move is `done`. */
  newRun: z.string(),
  /** `unneeded`: the run succeeded before it was over, so nothing was left to be moved. */
  state: z.enum(MOVE_STATES),
  /** Why it failed. */
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
})
export type MoveView = z.infer<typeof MoveView>

/** Whether a move has come to an end, whichever. */
export function isFinalMove(state: MoveState): boolean {
  return state === 'done' || state === 'unneeded' || state === 'failed'
}
