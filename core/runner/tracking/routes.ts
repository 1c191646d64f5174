import type { RunnerTracking } from '#core/attempts/index.ts'
import {
  createTable,
  experimentShape,
  id,
  text,
  versionRoute,
  type Input,
  type JsonRoute,
  type Table,
} from '#core/wire/index.ts'
import { artifactRoutes } from './artifact-routes.ts'
import { historyRoute } from './history.ts'
import type { LineKeeper } from './line-keeper.ts'
import { modelRoutes } from './model-routes.ts'
import type { OwnFiles } from './own-files.ts'
import { openOwnModels } from './own-models.ts'
import { openOwnRuns } from './own-runs.ts'
import { elsewhere, openRoom, refusedRoutes } from './refusals.ts'
import { runRoutes } from './run-routes.ts'

/** All that a runner answers of MLflow's protocol. What the core answers beyond it is refused in words. */
export function openRoutes(tracking: RunnerTracking, kept: { keeper: LineKeeper; files: OwnFiles }): Table {
  const { run, experiment, runName } = tracking
  const room = openRoom()
  const runs = openOwnRuns({ run, experiment, name: runName, room })
  const tracked = { ...kept, runs, room, experiment, models: openOwnModels({ run, experiment }) }
  return createTable([
    versionRoute(),
    { method: 'GET', base: 'root', path: '/health', answer: () => ({ status: 'OK' }) },
    ...experimentRoutes(tracking),
    ...runRoutes(tracked),
    historyRoute(tracked, tracking.folder),
    ...modelRoutes(tracked),
    ...artifactRoutes(tracked),
    ...refusedRoutes(),
  ])
}

/** The one experiment that a step knows. */
function experimentRoutes({ experiment, experimentName }: RunnerTracking): readonly JsonRoute[] {
  const now = Date.now()
  const artifactLocation = `mlflow-artifacts:/${experiment}`
  const times = { createdAt: now, updatedAt: now }
  const own = experimentShape({
    id: experiment,
    name: experimentName,
    artifactLocation,
    stage: 'active',
    ...times,
    tags: [],
  })
  const answer = (isOwn: boolean): object => {
    if (isOwn) return { experiment: own }
    throw elsewhere(`A step tracks into the experiment '${experimentName}'`)
  }
  const get = (path: string, isOwn: (input: Input) => boolean): JsonRoute => {
    return { method: 'GET', path: `/experiments/${path}`, answer: (input) => answer(isOwn(input)) }
  }
  return [
    get('get', (input) => id(input, 'experiment_id') === experiment),
    get('get-by-name', (input) => text(input, 'experiment_name') === experimentName),
  ]
}
