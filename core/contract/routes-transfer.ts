import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { ExportReport, ExportRequest, ImportReport, ImportRequest } from './tracking-transfer.ts'

/** What is tracked, taken in from other tools and given out. */
export const transferRoutes = {
  importTracking: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/import`,
    summary: 'Take in what MLflow (a SQLite database or an mlruns folder) or TensorBoard (event files) has kept',
    auth: 'token',
    body: ImportRequest,
    response: ImportReport,
    progress: true,
    example: {
      input: { path: '/home/ada/mlruns', dryRun: true },
      output: {
        kind: 'mlruns',
        experiments: [{ name: 'wine', id: null, runs: 12 }],
        runs: 12,
        known: 0,
        points: 4_000,
        artifacts: { files: 24, bytes: 88_112 },
        models: 1,
        versions: 2,
        skipped: [],
      },
    },
  },
  exportTracking: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/export`,
    summary: 'Write tracked runs as Parquet or CSV: runs, every point of their metrics, parameters, tags',
    auth: 'token',
    body: ExportRequest,
    response: ExportReport,
    progress: true,
    example: {
      input: { folder: '/home/ada/wine-export', experiments: ['1'] },
      output: { folder: '/home/ada/wine-export', files: [{ path: 'runs.parquet', rows: 12, bytes: 4_096 }] },
    },
  },
} as const satisfies Record<string, Route>
