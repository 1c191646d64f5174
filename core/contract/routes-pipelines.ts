import { z } from 'zod'
import { API_PREFIX, LockView } from './http.ts'
import { PipelineView } from './run.ts'
import type { Route } from './route.ts'

const file = z.string().min(1).max(4096).describe('Absolute path of the document on the machine of the core')
const FILE = '/home/ada/wine/pipeline.yaml'

/** Pipelines as documents. */
export const pipelineRoutes = {
  validatePipeline: {
    method: 'POST',
    path: `${API_PREFIX}/pipelines/validate`,
    summary: 'Read a pipeline and say everything that is wrong with it',
    auth: 'token',
    body: z.strictObject({ file }),
    response: PipelineView,
    example: {
      input: { file: FILE },
      output: {
        name: 'wine',
        description: null,
        file: FILE,
        digest: 'a94a8fe5',
        steps: [{ name: 'prepare', needs: [] }],
        parameters: {},
        warnings: [],
      },
    },
  },
  lockPipeline: {
    method: 'POST',
    path: `${API_PREFIX}/pipelines/lock`,
    summary: 'Write the lock of the environments beside the document',
    auth: 'token',
    body: z.strictObject({ file, update: z.boolean().default(false) }),
    response: LockView,
    progress: true,
    example: {
      input: { file: FILE, update: false },
      output: {
        file: '/home/ada/wine/pipeline.lock.json',
        changed: true,
        environments: { python: { digest: 'c0ffee', packages: 12 } },
      },
    },
  },
} as const satisfies Record<string, Route>
