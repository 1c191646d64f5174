import { ARTIFACTS } from './artifacts.ts'
import { BATCHES } from './batches.ts'
import { EXPERIMENT_SEARCHES } from './experiment-searches.ts'
import { EXPERIMENTS, RESTORED } from './experiments.ts'
import { HISTORY } from './history.ts'
import { INPUTS_AND_OUTPUTS } from './inputs.ts'
import { LOGGED_MODELS } from './logged-models.ts'
import { LOGGING } from './logging.ts'
import { REGISTERED } from './registry.ts'
import type { ReplayRequest } from './request.ts'
import { RUN_SEARCHES } from './run-searches.ts'
import { RUNS } from './runs.ts'
import { SEARCHED_RUNS } from './searched-runs.ts'
import { VERSIONS } from './versions.ts'
import { WIRE, WIRE_RUN } from './wire.ts'

/** All requests of the replay, in the order in which they are played. */
export const REQUESTS: readonly ReplayRequest[] = [
  ...EXPERIMENTS,
  ...RESTORED,
  ...RUNS,
  ...LOGGING,
  ...BATCHES,
  ...HISTORY,
  ...SEARCHED_RUNS,
  ...RUN_SEARCHES,
  ...EXPERIMENT_SEARCHES,
  ...INPUTS_AND_OUTPUTS,
  ...LOGGED_MODELS,
  ...REGISTERED,
  ...VERSIONS,
  ...ARTIFACTS,
  ...WIRE_RUN,
  ...WIRE,
]
