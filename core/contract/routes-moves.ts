import { z } from 'zod'
import { API_PREFIX, queryFlag, runParameter } from './http.ts'
import { MoveRequest, MoveView } from './move.ts'
import { RunView } from './run.ts'
import type { Route } from './route.ts'

const params = z.strictObject({ run: runParameter })
const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'
const NEW = '01kc2m9z8y7x6w5v4t3s2r1q0p'
const AT = '2026-11-01T12:00:00.000Z'
const move = {
  run: RUN,
  source: 'process',
  target: 'lab',
  mode: 'now' as const,
  newRun: NEW,
  state: 'done' as const,
  problem: null,
  createdAt: AT,
  finishedAt: AT,
}
const run = {
  id: NEW,
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  target: 'lab',
  status: 'running' as const,
  startedAt: AT,
  finishedAt: null,
  movedFrom: { run: RUN, target: 'process' },
  outputs: {},
  steps: [],
}

/** Runs that go on elsewhere. */
export const moveRoutes = {
  moveRun: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/move`,
    summary: 'Let a run go on on another target as a new run, whoever waits; asked again it is the same move',
    auth: 'token',
    params,
    body: MoveRequest,
    /** The run that goes on; the moved one where nothing was left of it. */
    response: z.object({ move: MoveView, run: RunView }),
    progress: true,
    example: { input: { run: RUN, target: 'lab' }, output: { move, run } },
  },
  showMove: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/move`,
    summary: 'The latest move of a run, and how far it is',
    auth: 'token',
    params,
    response: MoveView,
    example: { input: { run: RUN }, output: move },
  },
  giveUpMove: {
    method: 'DELETE',
    path: `${API_PREFIX}/runs/{run}/move`,
    summary: 'Give up a move that has not stopped its run yet, or whose run is over and not begun anew',
    auth: 'token',
    params,
    query: z.strictObject({
      /** One whose run is over goes on. */
      onlyChecking: queryFlag,
    }),
    response: MoveView,
    example: {
      input: { run: RUN },
      output: { ...move, state: 'failed', problem: { code: 'conflict', message: 'the move was given up' } },
    },
  },
} as const satisfies Record<string, Route>
