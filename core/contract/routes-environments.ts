import { z } from 'zod'
import { API_PREFIX, digestParameter } from './http.ts'
import { EnvironmentView } from './run.ts'
import type { Route } from './route.ts'

const environments = z.object({ environments: z.array(EnvironmentView) })
const output = {
  environments: [
    {
      digest: 'c0ffee',
      pythonMinor: '3.12',
      packages: ['scikit-learn==1.5.2'],
      sizeBytes: 210_000_000,
      createdAt: '2026-11-01T12:00:00.000Z',
      lastUsedAt: null,
      state: 'ready',
      users: ['wine'],
    },
  ],
}

/** Environments that were built on this machine. */
export const environmentRoutes = {
  listEnvironments: {
    method: 'GET',
    path: `${API_PREFIX}/environments`,
    summary: 'Environments with size and users',
    auth: 'token',
    response: environments,
    example: { output },
  },
  buildEnvironments: {
    method: 'POST',
    path: `${API_PREFIX}/environments`,
    summary: 'Build all environments of a pipeline',
    auth: 'token',
    body: z.strictObject({
      file: z.string().min(1).max(4096).describe('Absolute path of the document on the machine of the core'),
    }),
    response: environments,
    progress: true,
    example: { input: { file: '/home/ada/wine/pipeline.yaml' }, output },
  },
  removeEnvironment: {
    method: 'DELETE',
    path: `${API_PREFIX}/environments/{digest}`,
    summary: 'Delete an environment that nothing uses',
    auth: 'token',
    params: z.strictObject({ digest: digestParameter }),
    example: { input: { digest: 'c0ffee' } },
  },
} as const satisfies Record<string, Route>
