import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { z } from 'zod'
import { RUN_STATUSES } from '#core/contract/events.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { compareSearch, experimentSearch } from '#renderer/pages/experiment/search.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { loadPiece } from './load-piece.ts'
import { NotFound } from './not-found.tsx'
import { Shell } from './shell.tsx'

/** A text of the address; one that somebody typed without quotes may look like a number. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined)

/** A page, by the name that its module gives it; it comes when it is first shown. */
function lazyPage<Module extends object, Name extends keyof Module>(load: () => Promise<Module>, name: Name) {
  return lazyRouteComponent(() => loadPiece(load), name)
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/pipelines' })
  },
})
const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  /** `search`: a part of the names or paths that are shown. */
  validateSearch: z.object({ search: text }),
  component: lazyPage(() => import('#renderer/pages/pipelines/pipelines-page.tsx'), 'PipelinesPage'),
})
/** `from`: the run whose parameters the form begins with. */
const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipeline',
  validateSearch: z.object({ from: text }),
  component: lazyPage(() => import('#renderer/pages/pipelines/pipeline-page.tsx'), 'PipelinePage'),
})
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: z.object({
    status: z.enum(RUN_STATUSES).optional().catch(undefined),
    pipeline: text,
    search: text,
  }),
  component: lazyPage(() => import('#renderer/pages/runs/runs-page.tsx'), 'RunsPage'),
})
/** `step`, `item` and `tab` open the drawer; `view` is the graph or its twin, the table. */
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: z.object({
    view: z.enum(['graph', 'table', 'events', 'usage', 'details']).optional().catch(undefined),
    step: text,
    item: z.int().min(0).optional().catch(undefined),
    tab: z.enum(['overview', 'log', 'outputs', 'resources', 'items', 'pod']).optional().catch(undefined),
    /** Whose log and resources; the latest where absent. */
    attempt: z.int().min(1).optional().catch(undefined),
    /** The line of the log that is looked at, from 1. */
    line: z.int().min(1).optional().catch(undefined),
    /** The output that is looked at, and the file of a folder. */
    output: text,
    path: text,
  }),
  component: lazyPage(() => import('#renderer/pages/run/run-page.tsx'), 'RunPage'),
})
/** Two runs side by side, and whether they are the same. */
const parity = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run/verify/$other',
  component: lazyPage(() => import('#renderer/pages/parity/parity-page.tsx'), 'ParityPage'),
})
const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  /** `file`: open the form for a new one of this document. */
  validateSearch: z.object({ file: text }),
  component: lazyPage(() => import('#renderer/pages/schedules/schedules-page.tsx'), 'SchedulesPage'),
})
const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedules/$schedule',
  component: lazyPage(() => import('#renderer/pages/schedules/schedule-page.tsx'), 'SchedulePage'),
})
const environments = createRoute({
  getParentRoute: () => root,
  path: '/environments',
  component: lazyPage(() => import('#renderer/pages/environments/environments-page.tsx'), 'EnvironmentsPage'),
})
const environment = createRoute({
  getParentRoute: () => root,
  path: '/environments/$digest',
  /** `search`: which of its packages are shown. */
  validateSearch: z.object({ search: text }),
  component: lazyPage(() => import('#renderer/pages/environments/environment-page.tsx'), 'EnvironmentPage'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyPage(() => import('#renderer/pages/settings/settings-page.tsx'), 'SettingsPage'),
})
const targets = createRoute({
  getParentRoute: () => root,
  path: '/settings/targets',
  component: lazyPage(() => import('#renderer/pages/targets/targets-page.tsx'), 'TargetsPage'),
})
const newTarget = createRoute({
  getParentRoute: () => root,
  path: '/settings/new-target',
  /** What the form begins with: a context, and the kubeconfig files that define it. */
  validateSearch: z.object({ context: text, kubeconfig: z.array(z.string()).optional().catch(undefined) }),
  component: lazyPage(() => import('#renderer/pages/targets/new-target-page.tsx'), 'NewTargetPage'),
})
const target = createRoute({
  getParentRoute: () => root,
  path: '/settings/targets/$target',
  /** `edit`: the form that changes it is shown. */
  validateSearch: z.object({ edit: z.boolean().optional().catch(undefined) }),
  component: lazyPage(() => import('#renderer/pages/targets/target-page.tsx'), 'TargetPage'),
})
const newCluster = createRoute({
  getParentRoute: () => root,
  path: '/settings/clusters/new',
  component: lazyPage(() => import('#renderer/pages/clusters/new-cluster-page.tsx'), 'NewClusterPage'),
})
const cluster = createRoute({
  getParentRoute: () => root,
  path: '/settings/clusters/$cluster',
  /** `job`: the latest work on it, which is known where the cluster is no more. */
  validateSearch: z.object({ job: text }),
  component: lazyPage(() => import('#renderer/pages/clusters/cluster-page.tsx'), 'ClusterPage'),
})
const conformance = createRoute({
  getParentRoute: () => root,
  path: '/settings/conformance',
  /** `only`: cases that failed somewhere. `search`: words of the cases that are shown. */
  validateSearch: z.object({ only: z.enum(['failures']).optional().catch(undefined), search: text }),
  component: lazyPage(() => import('#renderer/pages/conformance/conformance-page.tsx'), 'ConformancePage'),
})
const experiments = createRoute({
  getParentRoute: () => root,
  path: '/experiments',
  /** `search`: a part of the names. `view`: the trash in place of the list. */
  validateSearch: z.object({ search: text, view: z.enum(['deleted']).optional().catch(undefined) }),
  component: lazyPage(() => import('#renderer/pages/experiment/list/experiments-page.tsx'), 'ExperimentsPage'),
})
const experiment = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$experiment',
  validateSearch: experimentSearch,
  component: lazyPage(() => import('#renderer/pages/experiment/experiment-page.tsx'), 'ExperimentPage'),
})
const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: compareSearch,
  component: lazyPage(() => import('#renderer/pages/experiment/compare/compare-page.tsx'), 'CompareRunsPage'),
})
/** How charts are drawn, in the address of each page that has some. */
const chartSearch = experimentSearch.pick({
  x: true,
  smooth: true,
  log: true,
  band: true,
  zoom: true,
  pin: true,
  find: true,
  full: true,
}).shape
/** `tab`, and what is open in it: a file (`path`), an image key with its step, a table with its order and search. */
const trackedRun = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$experiment/runs/$run',
  validateSearch: z.object({
    ...chartSearch,
    tab: z.enum(['overview', 'charts', 'files', 'images', 'matrix', 'tables']).optional().catch(undefined),
    search: text,
    path: text,
    key: text,
    step: z.int().optional().catch(undefined),
    share: z.enum(['row', 'column', 'all']).optional().catch(undefined),
    sort: text,
    down: z.boolean().optional().catch(undefined),
  }),
  component: lazyPage(() => import('#renderer/pages/experiment/run/tracked-run-page.tsx'), 'TrackedRunPage'),
})
const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  /** `search`: a part of the names that are shown. */
  validateSearch: z.object({ search: text }),
  component: lazyPage(() => import('#renderer/pages/models/models-page.tsx'), 'ModelsPage'),
})
const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$model',
  /** The versions that are chosen to be compared. */
  validateSearch: z.object({ left: text, right: text }),
  component: lazyPage(() => import('#renderer/pages/models/model-page.tsx'), 'ModelPage'),
})
const compareVersions = createRoute({
  getParentRoute: () => root,
  path: '/models/$model/compare',
  /** Two versions as the core takes them; `only`: lines that differ. */
  validateSearch: z.object({ left: text, right: text, only: z.enum(['differences']).optional().catch(undefined) }),
  component: lazyPage(() => import('#renderer/pages/models/compare-page.tsx'), 'ComparePage'),
})
const modelVersion = createRoute({
  getParentRoute: () => root,
  path: '/models/$model/versions/$version',
  validateSearch: z.object({
    tab: z.enum(['overview', 'metrics', 'lineage', 'files']).optional().catch(undefined),
    /** The lineage as a graph or as its twin, the table. */
    view: z.enum(['graph', 'table']).optional().catch(undefined),
    search: text,
    path: text,
  }),
  component: lazyPage(() => import('#renderer/pages/models/version-page.tsx'), 'VersionPage'),
})

const routeTree = root.addChildren([
  home,
  pipelines,
  pipeline,
  runs,
  run,
  parity,
  schedules,
  schedule,
  environments,
  environment,
  settings,
  targets,
  newTarget,
  target,
  newCluster,
  cluster,
  conformance,
  experiments,
  experiment,
  compare,
  trackedRun,
  models,
  model,
  compareVersions,
  modelVersion,
])

/** Every page by its address; each is loaded when it is first shown, or by `loadAllPages` before. */
export function createAppRouter() {
  return createRouter({
    routeTree,
    defaultErrorComponent: PageFailed,
    defaultPendingMs: 300,
    defaultPreload: 'intent',
    scrollRestoration: true,
  })
}

/**
 * Fetches what is not there yet, so that every page can be gone to while the core is away, and at once. The mark
 * `pages-loaded` tells when that holds.
 */
export async function loadAllPages(router: ReturnType<typeof createAppRouter>): Promise<void> {
  await Promise.all(Object.values(router.routesById).map(async (route) => router.loadRouteChunk(route)))
  performance.mark('pages-loaded')
}

/** A piece that could not be fetched again and again is asked for no more by itself. */
function PageFailed({ error }: ErrorComponentProps) {
  const { message } = problemOf(error)
  return <ProblemAlert title="This page failed" message={message} onRetry={() => window.location.reload()} />
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
