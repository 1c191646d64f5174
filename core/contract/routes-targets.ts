import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'

/** Where runs can be started: each is a name that `RunRequest.target` takes. */
export const TargetView = z.object({
  name: z.string(),
  /** `unavailable`: nothing could be started there now, for the `reason`. */
  status: z.enum(['ready', 'unavailable']),
  /** What it is, such as `Docker 28.1 at /var/run/docker.sock`. */
  description: z.string(),
  /** Cause and fix; null where it is ready. */
  reason: z.string().nullable(),
})
export type TargetView = z.infer<typeof TargetView>

/** Where runs can be started. */
export const targetRoutes = {
  listTargets: {
    method: 'GET',
    path: `${API_PREFIX}/targets`,
    summary: 'Where runs can be started, and whether each could start something now',
    auth: 'token',
    response: z.object({ targets: z.array(TargetView) }),
    example: {
      output: {
        targets: [
          { name: 'process', status: 'ready', description: 'processes of this machine', reason: null },
          {
            name: 'docker',
            status: 'unavailable',
            description: 'containers of a Docker engine',
            reason: 'no container engine answers at /var/run/docker.sock: start Docker, or set DOCKER_HOST',
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Route>
