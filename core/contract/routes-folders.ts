import { z } from 'zod'
import { FolderListing, FolderView, PipelineDetail, PipelineRow } from './folders.ts'
import { API_PREFIX, idParameter, pipelineParameter } from './http.ts'
import type { Route } from './route.ts'

const folder = {
  id: '01kc2m3n4p5q6r7s8t9v0wxyza',
  path: '/home/ada/wine',
  addedAt: '2026-11-01T12:00:00.000Z',
  state: 'ready',
  pipelines: 1,
}
const row = {
  id: '0f1e2d3c4b5a6978',
  file: '/home/ada/wine/pipeline.yaml',
  folder: folder.id,
  name: 'wine',
  description: 'Which cultivar is this wine?',
  state: 'valid',
  digest: 'a94a8fe5',
  faults: 0,
  warnings: 0,
  steps: 5,
  modifiedAt: '2026-11-01T12:00:00.000Z',
  lastRuns: [],
}
const view = {
  name: 'wine',
  description: row.description,
  file: row.file,
  digest: 'a94a8fe5',
  steps: [{ name: 'prepare', needs: [] }],
  parameters: {},
  warnings: [],
}
const path = z.string().min(1).max(4096)

/** Folders that were added, and the pipelines in them. */
export const folderRoutes = {
  listPipelines: {
    method: 'GET',
    path: `${API_PREFIX}/pipelines`,
    summary: 'Pipelines in the folders that were added, and those that runs were started from, with their latest runs',
    auth: 'token',
    response: z.object({ folders: z.array(FolderView), pipelines: z.array(PipelineRow) }),
    example: { output: { folders: [folder], pipelines: [row] } },
  },
  showPipeline: {
    method: 'GET',
    path: `${API_PREFIX}/pipelines/{pipeline}`,
    summary: 'One pipeline as its document is now, with its parameters or its faults',
    auth: 'token',
    params: z.strictObject({ pipeline: pipelineParameter }),
    response: PipelineDetail,
    example: { input: { pipeline: row.id }, output: { ...row, view, issues: [] } },
  },
  addFolder: {
    method: 'POST',
    path: `${API_PREFIX}/folders`,
    summary: 'Look for pipelines in a folder from now on; a folder that was added before is answered as it is',
    auth: 'token',
    body: z.strictObject({ path: path.describe('Absolute path of a folder on the machine of the core') }),
    response: FolderView,
    status: 201,
    example: { input: { path: folder.path }, output: folder },
  },
  removeFolder: {
    method: 'DELETE',
    path: `${API_PREFIX}/folders/{folder}`,
    summary: 'Look for pipelines in a folder no longer; nothing in it is touched',
    auth: 'token',
    params: z.strictObject({ folder: idParameter }),
    example: { input: { folder: folder.id } },
  },
  addSample: {
    method: 'POST',
    path: `${API_PREFIX}/samples`,
    summary: 'Copy a sample pipeline into the data folder, where it is not there yet, to be run from there',
    auth: 'token',
    body: z.strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
        .default('hello'),
    }),
    response: z.object({ file: z.string().describe('Absolute path of its document') }),
    example: {
      input: { name: 'hello' },
      output: { file: '/home/ada/.mini-submarine/samples/hello/pipeline.yaml' },
    },
  },
  browseFolders: {
    method: 'GET',
    path: `${API_PREFIX}/folders/browse`,
    summary: 'Folders below a folder, or below the home of the user, for choosing one',
    auth: 'token',
    query: z.strictObject({ path: path.optional() }),
    response: FolderListing,
    example: {
      input: { path: '/home/ada' },
      output: {
        path: '/home/ada',
        parent: '/home',
        folders: [{ name: 'wine', path: folder.path }],
        truncated: false,
      },
    },
  },
} as const satisfies Record<string, Route>
