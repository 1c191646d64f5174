import { accessRoutes } from './routes-access.ts'
import { ChangeView } from './changes.ts'
import { clusterRoutes } from './routes-clusters.ts'
import { conformanceRoutes } from './routes-conformance.ts'
import { environmentRoutes } from './routes-environments.ts'
import { folderRoutes } from './routes-folders.ts'
import { parityRoutes } from './routes-parity.ts'
import { planRoutes } from './routes-plan.ts'
import { priceRoutes } from './routes-prices.ts'
import { pipelineRoutes } from './routes-pipelines.ts'
import { pushRoutes } from './routes-push.ts'
import { pulledRoutes } from './routes-pulled.ts'
import { resultRoutes } from './routes-results.ts'
import { runRoutes } from './routes-runs.ts'
import { settingRoutes } from './routes-settings.ts'
import { secretRoutes } from './routes-secrets.ts'
import { scheduleRoutes } from './routes-schedules.ts'
import { moveRoutes } from './routes-moves.ts'
import { modelRoutes } from './routes-models.ts'
import { systemRoutes } from './routes-system.ts'
import { targetRoutes } from './routes-targets.ts'
import { trackedRunRoutes } from './routes-tracked-runs.ts'
import { trackingRoutes } from './routes-tracking.ts'
import { transferRoutes } from './routes-transfer.ts'
import { API_PREFIX, EventView, queryInteger, runParameter } from './http.ts'
import { z } from 'zod'
import type { Route, Socket } from './route.ts'

/** Every operation by its name, which is its `operationId` and the name of the client's method. */
export const ROUTES = {
  ...systemRoutes,
  ...pipelineRoutes,
  ...runRoutes,
  ...moveRoutes,
  ...resultRoutes,
  ...pulledRoutes,
  ...parityRoutes,
  ...planRoutes,
  ...environmentRoutes,
  ...conformanceRoutes,
  ...targetRoutes,
  ...clusterRoutes,
  ...folderRoutes,
  ...scheduleRoutes,
  ...pushRoutes,
  ...settingRoutes,
  ...priceRoutes,
  ...secretRoutes,
  ...accessRoutes,
  ...trackingRoutes,
  ...trackedRunRoutes,
  ...transferRoutes,
  ...modelRoutes,
} as const satisfies Record<string, Route>

const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'

export type Routes = typeof ROUTES

/** Every WebSocket by its name. */
export const SOCKETS = {
  events: {
    path: `${API_PREFIX}/events`,
    summary: 'Events of a run from a sequence number on, without gaps or repeats; closed with 1000 after run.finished',
    auth: 'token',
    query: z.strictObject({ run: runParameter, from: queryInteger(1, Number.MAX_SAFE_INTEGER).default(1) }),
    message: z.array(EventView),
    example: {
      query: { run: RUN, from: 1 },
      message: [{ seq: 1, at: 1_793_534_400_000, kind: 'run.started' }],
    },
  },
  changes: {
    path: `${API_PREFIX}/changes`,
    summary: 'Runs and lists that changed, told together a few times a second; the first message begins with `hello`',
    auth: 'token',
    query: z.strictObject({}),
    message: z.array(ChangeView),
    example: {
      query: {},
      message: [{ kind: 'hello', version: '0.1.0', startedAt: '2026-11-01T12:00:00.000Z' }],
    },
  },
} as const satisfies Record<string, Socket>
