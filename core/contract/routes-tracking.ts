import { z } from 'zod'
import { API_PREFIX, queryInteger } from './http.ts'
import type { Route } from './route.ts'
import {
  ExperimentView,
  FilterHelpView,
  PurgeReport,
  stageQuery,
  TrackedColumns,
  TrackingDisk,
  TrackingView,
} from './tracking.ts'

const experiment = {
  id: '1',
  name: 'wine',
  stage: 'active',
  createdAt: '2026-11-01T12:00:00.000Z',
  updatedAt: '2026-11-01T12:00:00.000Z',
  tags: {},
  runs: 12,
  lastRunAt: '2026-11-01T12:30:00.000Z',
}
/** An experiment's id, or its name where that is no number. */
const params = z.strictObject({ experiment: z.string().min(1).max(500) })
const WINE = { experiment: 'wine' }
const view = { name: 'best of wine', path: '/experiments/1', query: 'sort=loss', updatedAt: experiment.updatedAt }

/** Experiments, and what holds for all that is tracked. */
export const trackingRoutes = {
  listExperiments: {
    method: 'GET',
    path: `${API_PREFIX}/experiments`,
    summary: 'Experiments, those that ran last first, a page at a time',
    auth: 'token',
    query: z.strictObject({
      view: stageQuery,
      /** A part of the names. */
      search: z.string().max(500).optional(),
      limit: queryInteger(1, 1_000).default(200),
      page: z.string().optional(),
    }),
    response: z.object({ experiments: z.array(ExperimentView), next: z.string().nullable() }),
    example: { output: { experiments: [experiment], next: null } },
  },
  createExperiment: {
    method: 'POST',
    path: `${API_PREFIX}/experiments`,
    summary: 'Make an experiment',
    auth: 'token',
    body: z.strictObject({ name: z.string().min(1), tags: z.record(z.string(), z.string()).default({}) }),
    response: ExperimentView,
    status: 201,
    example: { input: { name: 'wine' }, output: experiment },
  },
  showExperiment: {
    method: 'GET',
    path: `${API_PREFIX}/experiments/{experiment}`,
    summary: 'One experiment',
    auth: 'token',
    params,
    response: ExperimentView,
    example: { input: WINE, output: experiment },
  },
  updateExperiment: {
    method: 'PUT',
    path: `${API_PREFIX}/experiments/{experiment}`,
    summary: 'Rename an experiment, or set its tags; a tag that is null goes',
    auth: 'token',
    params,
    body: z.strictObject({
      name: z.string().min(1).optional(),
      tags: z.record(z.string(), z.string().nullable()).default({}),
    }),
    response: ExperimentView,
    example: { input: { ...WINE, name: 'wine-2' }, output: { ...experiment, name: 'wine-2' } },
  },
  deleteExperiment: {
    method: 'DELETE',
    path: `${API_PREFIX}/experiments/{experiment}`,
    summary: 'Put an experiment and its runs into the trash',
    auth: 'token',
    params,
    example: { input: WINE },
  },
  restoreExperiment: {
    method: 'POST',
    path: `${API_PREFIX}/experiments/{experiment}/restore`,
    summary: 'Take an experiment, by its id, out of the trash with the runs that went with it',
    auth: 'token',
    params,
    response: ExperimentView,
    example: { input: { experiment: '1' }, output: experiment },
  },
  listTrackedColumns: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/columns`,
    summary: 'Names of metrics, parameters and tags that runs of some experiments have',
    auth: 'token',
    /** Ids with commas between them. */
    query: z.strictObject({ experiments: z.string().regex(/^\d+(,\d+)*$/, { error: 'ids with commas between them' }) }),
    response: TrackedColumns,
    example: {
      input: { experiments: '1' },
      output: { metrics: [{ key: 'loss', runs: 12 }], params: [{ key: 'depth', runs: 12 }], tags: [] },
    },
  },
  showFilterHelp: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/filter-help`,
    summary: 'What a filter of runs can be made of',
    auth: 'token',
    response: FilterHelpView,
    example: {
      output: {
        identifiers: [{ text: 'metrics.', open: true, type: 'number', operators: ['=', '<'], folds: ['@min'] }],
        words: ['AND', 'OR'],
      },
    },
  },
  listTrackingViews: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/views`,
    summary: 'Saved views, by name',
    auth: 'token',
    response: z.object({ views: z.array(TrackingView) }),
    example: { output: { views: [view] } },
  },
  saveTrackingView: {
    method: 'PUT',
    path: `${API_PREFIX}/tracking/views`,
    summary: 'Save a view under a name, in place of the one that has it',
    auth: 'token',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      path: z
        .string()
        .regex(/^\/[^\s?#]*$/, { error: 'a path begins with a slash and has no query' })
        .max(500),
      query: z.string().max(20_000),
    }),
    response: TrackingView,
    example: { input: { name: view.name, path: view.path, query: view.query }, output: view },
  },
  deleteTrackingView: {
    method: 'DELETE',
    path: `${API_PREFIX}/tracking/views`,
    summary: 'Delete a saved view',
    auth: 'token',
    query: z.strictObject({ name: z.string().min(1) }),
    example: { input: { name: view.name } },
  },
  showTrackingDisk: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/disk`,
    summary: 'What tracked runs hold on disk, and what a purge would free',
    auth: 'token',
    response: TrackingDisk,
    example: {
      output: {
        databaseBytes: 1_048_576,
        artifactBytes: 88_112,
        trash: { experiments: 0, runs: 1, models: 0, bytes: 44_056 },
        experiments: [{ id: '1', name: 'wine', stage: 'active', runs: 12, bytes: 88_112, ownBytes: 88_112 }],
        runs: [],
      },
    },
  },
  purgeTracking: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/purge`,
    summary: 'Delete for good what is in the trash, and free its disk',
    auth: 'token',
    body: z.strictObject({
      /** Only what has been in the trash for so long, in milliseconds. */
      olderThanMs: z.int().min(0).default(0),
      /** Only these; each must be in the trash. */
      runs: z.array(z.string()).optional(),
      experiments: z.array(z.string()).optional(),
      dryRun: z.boolean().default(false),
    }),
    response: PurgeReport,
    progress: true,
    example: {
      input: { dryRun: true },
      output: { experiments: 0, runs: 1, models: 0, bytes: 44_056, kept: [] },
    },
  },
} as const satisfies Record<string, Route>
