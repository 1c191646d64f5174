import { z } from 'zod'
import { API_PREFIX, digestParameter } from './http.ts'
import { EnvironmentView } from './run.ts'
import type { Route } from './route.ts'

const kind = EnvironmentView.shape.kind
const environments = z.object({ environments: z.array(EnvironmentView) })
const output = {
  environments: [
    {
      digest: 'c0ffee',
      kind: 'python',
      image: null,
      platform: null,
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
      target: z.enum(['process', 'docker']).default('process').describe('Folders for processes, or images'),
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
    query: z.strictObject({ kind: kind.optional().describe('The folder or the image alone; both where absent') }),
    example: { input: { digest: 'c0ffee' } },
  },
  pruneEnvironments: {
    method: 'POST',
    path: `${API_PREFIX}/environments/prune`,
    summary: 'Delete the environments that nothing used for a while',
    auth: 'token',
    body: z.strictObject({
      olderThanMs: z.int().min(0).default(0).describe('Only those whose last use is at least so long ago'),
      dryRun: z.boolean().default(false).describe('Delete nothing, answer what would be deleted'),
    }),
    response: environments,
    example: { input: { olderThanMs: 2_592_000_000, dryRun: true }, output },
  },
} as const satisfies Record<string, Route>
