import { environmentRoutes } from './routes-environments.ts'
import { pipelineRoutes } from './routes-pipelines.ts'
import { resultRoutes } from './routes-results.ts'
import { runRoutes } from './routes-runs.ts'
import { systemRoutes } from './routes-system.ts'
import { API_PREFIX, EventView, queryInteger, runParameter } from './http.ts'
import { z } from 'zod'
import type { Route, Socket } from './route.ts'

/** Every operation by its name, which is its `operationId` and the name of the client's method. */
export const ROUTES = {
  ...systemRoutes,
  ...pipelineRoutes,
  ...runRoutes,
  ...resultRoutes,
  ...environmentRoutes,
} as const satisfies Record<string, Route>

export type Routes = typeof ROUTES

/** Every WebSocket by its name. */
export const SOCKETS = {
  events: {
    path: `${API_PREFIX}/events`,
    summary: 'Events of a run from a sequence number on, without gaps or repeats; closed with 1000 after run.finished',
    auth: 'token',
    query: z.strictObject({ run: runParameter, from: queryInteger(1, Number.MAX_SAFE_INTEGER).default(1) }),
    message: z.array(EventView),
  },
} as const satisfies Record<string, Socket>
