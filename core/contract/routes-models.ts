import { z } from 'zod'
import { API_PREFIX, queryInteger } from './http.ts'
import { MODEL_STAGES, ModelRow, VersionDifference, VersionFile, VersionRow, VersionView } from './models.ts'
import type { Route } from './route.ts'

const at = '2026-11-01T12:00:00.000Z'
const model = {
  name: 'wine',
  createdAt: at,
  updatedAt: at,
  description: '',
  tags: {},
  aliases: [{ alias: 'champion', version: 2 }],
  versions: 2,
  latest: 2,
}
const version = {
  model: 'wine',
  version: 2,
  createdAt: at,
  updatedAt: at,
  user: null,
  stage: 'None',
  description: '',
  source: 'models:/m-0123456789abcdef0123456789abcdef',
  run: '0123456789abcdef0123456789abcdef',
  aliases: ['champion'],
  tags: {},
}
const versionView = {
  ...version,
  signature: null,
  flavors: {},
  requirements: ['scikit-learn==1.7.2'],
  params: {},
  metrics: {},
  lineage: { nodes: [], edges: [] },
  files: 3,
  bytes: 88_112,
}
const params = z.strictObject({ model: z.string().min(1).max(500) })
/** A number, an alias as `@champion`, or `latest`. */
const which = z
  .string()
  .regex(/^(\d{1,15}|latest|@.{1,300})$/, { error: 'a version is a number, an alias as @name, or latest' })
const versionParams = params.extend({ version: which })
const aliasParams = params.extend({ alias: z.string().min(1).max(300) })
const tags = z.record(z.string(), z.string().nullable()).default({})
const WINE = { model: 'wine' }
const SECOND = { ...WINE, version: '2' }
const base = `${API_PREFIX}/models` as const

/** Registered models and their versions. */
export const modelRoutes = {
  listModels: {
    method: 'GET',
    path: base,
    summary: 'Registered models by name, a page at a time',
    auth: 'token',
    query: z.strictObject({
      /** As in MLflow's search: `name LIKE '%wine%'`. */
      filter: z.string().max(20_000).default(''),
      limit: queryInteger(1, 1_000).default(200),
      page: z.string().optional(),
    }),
    response: z.object({ models: z.array(ModelRow), next: z.string().nullable() }),
    example: { output: { models: [model], next: null } },
  },
  createModel: {
    method: 'POST',
    path: base,
    summary: 'Register a name for models',
    auth: 'token',
    body: z.strictObject({ name: z.string().min(1), description: z.string().default('') }),
    response: ModelRow,
    status: 201,
    example: { input: { name: 'wine' }, output: { ...model, aliases: [], versions: 0, latest: null } },
  },
  showModel: {
    method: 'GET',
    path: `${base}/{model}`,
    summary: 'One registered model',
    auth: 'token',
    params,
    response: ModelRow,
    example: { input: WINE, output: model },
  },
  updateModel: {
    method: 'PUT',
    path: `${base}/{model}`,
    summary: 'Rename or describe a registered model, or set its tags; a tag that is null goes',
    auth: 'token',
    params,
    body: z.strictObject({ name: z.string().min(1).optional(), description: z.string().optional(), tags }),
    response: ModelRow,
    example: { input: { ...WINE, description: 'Quality of wine' }, output: model },
  },
  deleteModel: {
    method: 'DELETE',
    path: `${base}/{model}`,
    summary: 'Delete a registered model with its versions; runs and their files stay',
    auth: 'token',
    params,
    example: { input: WINE },
  },
  setModelAlias: {
    method: 'PUT',
    path: `${base}/{model}/aliases/{alias}`,
    summary: 'Let an alias mean a version, and no other one any more',
    auth: 'token',
    params: aliasParams,
    body: z.strictObject({ version: z.int().min(1) }),
    response: ModelRow,
    example: { input: { ...WINE, alias: 'champion', version: 2 }, output: model },
  },
  deleteModelAlias: {
    method: 'DELETE',
    path: `${base}/{model}/aliases/{alias}`,
    summary: 'Delete an alias; its version stays',
    auth: 'token',
    params: aliasParams,
    example: { input: { ...WINE, alias: 'champion' } },
  },
  listModelVersions: {
    method: 'GET',
    path: `${base}/{model}/versions`,
    summary: 'Versions of a model, the newest first, a page at a time',
    auth: 'token',
    params,
    query: z.strictObject({ limit: queryInteger(1, 1_000).default(200), page: z.string().optional() }),
    response: z.object({ versions: z.array(VersionRow), next: z.string().nullable() }),
    example: { input: WINE, output: { versions: [version], next: null } },
  },
  showModelVersion: {
    method: 'GET',
    path: `${base}/{model}/versions/{version}`,
    summary: 'One version: signature, flavors, requirements, and its lineage as a graph',
    auth: 'token',
    params: versionParams,
    response: VersionView,
    example: { input: SECOND, output: versionView },
  },
  updateModelVersion: {
    method: 'PUT',
    path: `${base}/{model}/versions/{version}`,
    summary: 'Describe a version, set its tags or its stage; a tag that is null goes',
    auth: 'token',
    params: versionParams,
    body: z.strictObject({
      description: z.string().optional(),
      stage: z.enum(MODEL_STAGES).optional(),
      /** Whether versions that have the stage now go to `Archived`. */
      archiveExisting: z.boolean().default(false),
      tags,
    }),
    response: VersionView,
    example: { input: { ...SECOND, description: 'More rows' }, output: versionView },
  },
  deleteModelVersion: {
    method: 'DELETE',
    path: `${base}/{model}/versions/{version}`,
    summary: 'Delete a version with its aliases; its number is never used again',
    auth: 'token',
    params: versionParams,
    example: { input: SECOND },
  },
  compareModelVersions: {
    method: 'GET',
    path: `${base}/{model}/compare`,
    summary: 'How two versions of a model differ',
    auth: 'token',
    params,
    query: z.strictObject({ left: which, right: which }),
    response: VersionDifference,
    example: {
      input: { ...WINE, left: '1', right: '@champion' },
      output: {
        left: { ...version, version: 1, aliases: [] },
        right: version,
        params: [{ key: 'depth', left: '4', right: '5', differs: true }],
        metrics: [],
        tags: [],
        requirements: [],
        signature: [],
        files: [],
      },
    },
  },
  listModelFiles: {
    method: 'GET',
    path: `${base}/{model}/versions/{version}/files`,
    summary: 'All files of a version',
    auth: 'token',
    params: versionParams,
    response: z.object({ files: z.array(VersionFile) }),
    example: {
      input: SECOND,
      output: { files: [{ path: 'MLmodel', size: 412, sha256: '0'.repeat(64) }] },
    },
  },
  readModelFile: {
    method: 'GET',
    path: `${base}/{model}/versions/{version}/file`,
    summary: 'The bytes of a file of a version',
    auth: 'token',
    params: versionParams,
    query: z.strictObject({ path: z.string().min(1).max(4_000) }),
    bytes: true,
    example: { input: { ...SECOND, path: 'MLmodel' } },
  },
  downloadModel: {
    method: 'GET',
    path: `${base}/{model}/versions/{version}/archive`,
    summary: 'All files of a version as one tar archive',
    auth: 'token',
    params: versionParams,
    bytes: true,
    example: { input: SECOND },
  },
} as const satisfies Record<string, Route>
