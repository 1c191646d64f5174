import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import { PushedVersion } from './pushed.ts'
import { PushRequest, PushResult, RemovedPush, UndonePush } from './pushes.ts'
import type { Route } from './route.ts'

const pipeline = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, { error: 'not a name of a pipeline' })
const address = z.strictObject({ target: z.string(), pipeline })

const version = {
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  template: 'wine-3fa91c0277',
  isCurrent: true,
  pushedBy: 'ada@laptop',
  pushedAt: '2026-11-27T12:00:00.000Z',
  schedules: ['wine-nightly'],
}
const before = { ...version, template: 'wine-77c02f19a3', isCurrent: false, schedules: [] }
const image = 'registry.example/team/minisub@sha256:c0ffee'
const ADDRESS = { target: 'lab', pipeline: 'wine' }

/** Pipelines that lie in clusters for everybody who may start them there. */
export const pushRoutes = {
  push: {
    method: 'POST',
    path: `${API_PREFIX}/pushes`,
    summary:
      'Put all of a pipeline into a cluster: images, content and a WorkflowTemplate; what is there is not sent again',
    auth: 'token',
    body: PushRequest,
    response: PushResult,
    progress: true,
    example: {
      input: { file: '/home/ada/wine/pipeline.yaml', target: 'lab' },
      output: {
        version,
        changed: true,
        bytes: 20_480,
        imageBytes: 0,
        objects: [{ kind: 'WorkflowTemplate', name: version.template, isNew: true }],
        images: [image],
        changes: [{ part: 'code', name: 'train.py', change: 'changed', before: '0a1b2c3d4e5f', after: '5f4e3d2c1b0a' }],
        schedule: null,
      },
    },
  },
  listPushes: {
    method: 'GET',
    path: `${API_PREFIX}/pushes`,
    summary: 'What was pushed to a cluster target: versions by pipeline, newest first',
    auth: 'token',
    query: z.strictObject({ target: z.string() }),
    response: z.object({
      pushed: z.array(PushedVersion),
      /** Pipelines of which it cannot be read, and why. */
      faults: z.array(z.object({ pipeline: z.string(), message: z.string() })),
    }),
    example: { input: { target: 'lab' }, output: { pushed: [version, before], faults: [] } },
  },
  undoPush: {
    method: 'POST',
    path: `${API_PREFIX}/pushes/undo`,
    summary: 'Make the version that was pushed before the current one',
    auth: 'token',
    body: address.extend({
      /** Name of the WorkflowTemplate that is to be undone; refused where another one is current. */
      from: z.string().min(1).max(253).optional(),
    }),
    response: UndonePush,
    example: {
      input: { ...ADDRESS, from: version.template },
      output: { version: { ...before, isCurrent: true }, undone: { ...version, isCurrent: false } },
    },
  },
  removePush: {
    method: 'POST',
    path: `${API_PREFIX}/pushes/remove`,
    summary: 'Remove all of a pushed pipeline that nothing else needs; images stay in the registry',
    auth: 'token',
    body: address.extend({
      schedules: z.boolean().default(false),
      /** What other namespaces have noted of it in the bucket is old: nobody has it there any more. */
      alone: z.boolean().default(false),
    }),
    response: RemovedPush,
    progress: true,
    example: {
      input: { ...ADDRESS, schedules: true },
      output: {
        pipeline: 'wine',
        templates: [version.template],
        objects: 5,
        kept: 1,
        others: [],
        images: [image],
        schedules: ['wine-nightly'],
      },
    },
  },
} as const satisfies Record<string, Route>
