import { z } from 'zod'
import { API_PREFIX, LockView } from './http.ts'
import { jsonValue } from './json.ts'
import { CompiledView, PipelineView } from './run.ts'
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
  compilePipeline: {
    method: 'POST',
    path: `${API_PREFIX}/pipelines/compile`,
    summary: 'What a cluster target would be given for a pipeline, as YAML; nothing is sent',
    auth: 'token',
    body: z.strictObject({
      file,
      target: z.string(),
      parameters: z.record(z.string(), jsonValue).default({}),
      parameterTexts: z.record(z.string(), z.string()).default({}),
    }),
    response: CompiledView,
    progress: true,
    example: {
      input: { file: FILE, target: 'lab' },
      output: { name: 'wine-3fa91c0277', pipelineDigest: 'a94a8fe5', yaml: 'apiVersion: argoproj.io/v1alpha1\n' },
    },
  },
} as const satisfies Record<string, Route>
