import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import { jsonValue } from './json.ts'
import { Plan } from './plan.ts'
import type { Route } from './route.ts'

const AT = '2026-11-01T12:00:00.000Z'
const TEMPLATE = 'wine-3fa91c0277'

/** What a push would do, before it does it. */
export const planRoutes = {
  planPush: {
    method: 'POST',
    path: `${API_PREFIX}/pipelines/plan`,
    summary: 'What a push to a cluster and a run there would do, send, take and meet; nothing is changed',
    auth: 'token',
    body: z.strictObject({
      file: z.string().min(1),
      target: z.string(),
      parameters: z.record(z.string(), jsonValue).default({}),
      parameterTexts: z.record(z.string(), z.string()).default({}),
      /** False: as for a run that neither reads nor writes the cache. */
      cache: z.boolean().default(true),
    }),
    response: Plan,
    progress: true,
    example: {
      input: { file: '/home/ada/wine/pipeline.yaml', target: 'lab' },
      output: {
        target: 'lab',
        pipeline: 'wine',
        pipelineDigest: 'a94a8fe5',
        template: TEMPLATE,
        verdict: 'warnings',
        words: 'go, with 1 warning',
        seconds: 0.8,
        objects: [{ action: 'create', kind: 'WorkflowTemplate', name: TEMPLATE, because: 'it is not there' }],
        since: {
          version: {
            pipeline: 'wine',
            pipelineDigest: 'da39a3ee',
            template: 'wine-9b1d2c4e5f',
            isCurrent: true,
            pushedBy: 'ada@laptop',
            pushedAt: AT,
          },
          changes: [{ part: 'code', name: 'train.py', change: 'changed', before: '1f0e8a', after: '77aa10' }],
        },
        images: [],
        uploads: [{ kind: 'code', name: 'code', key: 'code/77aa.tar.gz', files: 1, bytes: 900, missingBytes: 900 }],
        bytesToSend: 900,
        isAllToSend: true,
        steps: [
          {
            name: 'train',
            decision: 'runs',
            because: 'its code is new',
            pods: 1,
            requests: { cpu: 1, memory: 1_073_741_824, gpu: null },
            image: 'registry.example/minisub-env:wine',
            nodes: { fits: ['node-1'], count: 1, why: null },
            limits: [{ limit: 'memory', there: true, here: false }],
            seconds: 12,
            overheadSeconds: 4,
          },
        ],
        prediction: {
          pods: 1,
          wallSeconds: 16,
          overheadSeconds: 4,
          cpuHours: 0.003,
          gpuHours: 0,
          cost: null,
          energyWh: null,
          words: '3 earlier runs on lab',
        },
        portability: [],
        checks: [
          {
            id: 'quota',
            title: 'Quota',
            step: 'train',
            status: 'warning',
            found: 'the quota has room for 1 of 2 pods',
            fix: 'wait',
            seconds: 0.1,
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Route>
