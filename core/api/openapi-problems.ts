import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import { Problem } from '#core/base/problem.ts'
import { ProblemView } from '#core/contract/http.ts'
import type { Route } from '#core/contract/route.ts'
import type { Routes } from '#core/contract/routes.ts'

type Name = keyof Routes

/** What a document, the values for it, its code and its lock can be refused for. */
const DOCUMENT: readonly ProblemCode[] = ['document_invalid', 'document_syntax', 'document_too_large', 'input_missing']
const ASKED: readonly ProblemCode[] = [
  ...DOCUMENT,
  'unknown_parameter',
  'missing_parameter',
  'invalid_parameter',
  'not_supported',
]
const LOCK: readonly ProblemCode[] = [
  'package_unavailable',
  'python_missing',
  'lock_invalid',
  'network_unavailable',
  'disk_full',
]
const IMAGES: readonly ProblemCode[] = [
  'engine_unavailable',
  'engine_forbidden',
  'image_unavailable',
  'image_login',
  'image_platform',
]
const ENGINE: readonly ProblemCode[] = ['engine_unavailable', 'engine_forbidden']
const START: readonly ProblemCode[] = [...ASKED, ...LOCK, ...IMAGES, 'code_unreadable', 'secret_missing']

const CLUSTER: readonly ProblemCode[] = [
  'cluster_unreachable',
  'cluster_unauthorized',
  'cluster_forbidden',
  'cluster_refused',
  'store_unreachable',
  'store_denied',
]
const PULLED: readonly ProblemCode[] = [
  ...IMAGES,
  'conflict',
  'invalid_request',
  'not_supported',
  'artifact_missing',
  'artifact_corrupt',
  'store_unreachable',
  'disk_full',
]

/** Codes of single routes beside those that follow from the shape of a route. */
const OWN: Partial<Record<Name, readonly ProblemCode[]>> = {
  validatePipeline: DOCUMENT,
  lockPipeline: [...DOCUMENT, ...LOCK, ...IMAGES],
  startRun: START,
  resumeRun: [...START, 'conflict'],
  pullStep: PULLED,
  rerunStep: [...PULLED, 'secret_missing'],
  applyPulledChanges: [...DOCUMENT, 'conflict', 'invalid_request', 'disk_full'],
  cancelRun: ['conflict', 'not_supported'],
  moveRun: ['conflict', 'not_supported', 'secret_missing', 'artifact_missing', 'cluster_unreachable', ...IMAGES],
  giveUpMove: ['conflict'],
  applyRunUsage: [...DOCUMENT, 'conflict', 'not_supported'],
  readArtifact: ['artifact_missing'],
  listArtifactFiles: ['artifact_missing'],
  verifyRuns: ['conflict', 'invalid_value', 'secret_store', 'disk_full'],
  showParityKey: ['secret_store', 'disk_full'],
  buildEnvironments: [...DOCUMENT, ...LOCK, ...IMAGES, 'environment_failed'],
  removeEnvironment: ['not_found', 'ambiguous_id', 'environment_in_use', 'engine_unavailable'],
  pruneEnvironments: ['engine_unavailable'],
  runConformance: ['not_supported', 'not_found', 'conflict', 'engine_unavailable', 'disk_full'],
  listKubeContexts: ['cluster_config'],
  addTarget: ['invalid_name', 'conflict', 'cluster_config'],
  editTarget: ['conflict', 'cluster_config'],
  deleteTarget: ['conflict'],
  listExperiments: ['tracking_invalid'],
  createExperiment: ['tracking_invalid', 'tracking_exists', 'disk_full'],
  updateExperiment: ['tracking_invalid', 'tracking_exists', 'disk_full'],
  deleteExperiment: ['disk_full'],
  restoreExperiment: ['tracking_exists', 'disk_full'],
  saveTrackingView: ['conflict', 'disk_full'],
  deleteTrackingView: ['not_found', 'disk_full'],
  purgeTracking: ['tracking_invalid', 'not_found', 'conflict', 'disk_full'],
  searchTrackedRuns: ['tracking_invalid'],
  updateTrackedRun: ['tracking_invalid', 'disk_full'],
  deleteTrackedRuns: ['not_found', 'disk_full'],
  restoreTrackedRuns: ['tracking_invalid', 'not_found', 'disk_full'],
  readCharts: ['tracking_invalid', 'not_found'],
  listTrackedFiles: ['tracking_invalid'],
  readTrackedFile: ['tracking_invalid', 'artifact_missing'],
  listModels: ['tracking_invalid'],
  createModel: ['tracking_invalid', 'tracking_exists', 'disk_full'],
  updateModel: ['tracking_invalid', 'tracking_exists', 'disk_full'],
  deleteModel: ['disk_full'],
  setModelAlias: ['tracking_invalid', 'disk_full'],
  deleteModelAlias: ['tracking_invalid', 'disk_full'],
  updateModelVersion: ['tracking_invalid', 'disk_full'],
  deleteModelVersion: ['disk_full'],
  listModelFiles: ['tracking_invalid'],
  readModelFile: ['tracking_invalid', 'artifact_missing'],
  downloadModel: ['tracking_invalid', 'artifact_missing'],
  compareTrackedRuns: ['not_found'],
  compareCode: ['not_found', 'artifact_missing'],
  importTracking: ['import_source', 'conflict', 'disk_full'],
  exportTracking: ['tracking_invalid', 'not_found', 'artifact_missing', 'disk_full'],
  addFolder: ['input_missing', 'invalid_value'],
  browseFolders: ['input_missing', 'invalid_value'],
  createCluster: ['conflict', 'port_taken'],
  deleteCluster: ['conflict'],
  startCluster: ['conflict'],
  stopCluster: ['conflict'],
  retryCluster: ['conflict'],
  upgradeCluster: ['conflict'],
  showClusterUse: [...ENGINE, 'cluster_unreachable'],
  listClusterImages: [...ENGINE, 'conflict', 'cluster_unusable'],
  deleteClusterImage: [...ENGINE, 'conflict', 'cluster_unusable'],
  loadClusterImage: [...ENGINE, 'conflict', 'image_unavailable', 'cluster_unusable', 'registry_unreachable'],
  mergeClusterKubeconfig: ['cluster_config', 'conflict', 'disk_full'],
  installIntoTarget: ['not_found', 'conflict', 'secret_missing', 'cluster_forbidden', 'cluster_unusable'],
  addSample: ['not_found', 'conflict'],
  createSchedule: [...START, 'invalid_name', 'invalid_cron', 'invalid_time_zone', 'conflict'],
  syncSchedule: START,
  push: [...START, 'not_found', 'conflict', 'invalid_name', 'invalid_cron', 'invalid_time_zone', ...CLUSTER],
  listPushes: ['not_supported', 'conflict', ...CLUSTER],
  undoPush: ['not_supported', 'not_found', 'conflict', ...CLUSTER],
  removePush: ['not_supported', 'conflict', ...CLUSTER],
  previewSchedule: ['invalid_cron', 'invalid_time_zone'],
  listSettings: ['settings_invalid', 'invalid_value'],
  setSetting: ['unknown_setting', 'invalid_value', 'settings_invalid', 'disk_full'],
  unsetSetting: ['unknown_setting', 'settings_invalid', 'disk_full'],
  showPrices: ['settings_invalid'],
  listSecrets: ['secret_store', 'settings_invalid', 'disk_full'],
  setSecret: ['invalid_value', 'secret_store', 'settings_invalid', 'disk_full'],
  deleteSecret: ['secret_store', 'disk_full'],
  deleteSecretKey: ['secret_store', 'disk_full'],
  createToken: ['conflict'],
  showSession: ['not_found'],
  closeSession: ['not_found'],
}

/** The codes that a route can answer with. */
export function codesOf(name: string, route: Route): ProblemCode[] {
  const hasInput = route.params !== undefined || route.query !== undefined || route.body !== undefined
  const hasRun = Object.hasOwn(route.params?.shape ?? {}, 'run')
  const own = Object.entries(OWN).find(([candidate]) => candidate === name)?.[1] ?? []
  const codes: ProblemCode[] = [
    ...(route.auth === 'open' ? [] : (['unauthorized', 'too_many_requests'] as const)),
    'forbidden',
    'internal',
    'core_unreachable',
    ...(hasInput ? (['invalid_request'] as const) : []),
    ...(route.params === undefined ? [] : (['not_found'] as const)),
    ...(hasRun ? (['ambiguous_id'] as const) : []),
    ...(route.body === undefined ? [] : (['body_too_large', 'unsupported_media_type'] as const)),
    ...(route.bytes === true ? (['range_not_satisfiable'] as const) : []),
    ...own,
  ]
  return [...new Set(codes)]
}

type Answer = { readonly key: string; readonly status: number; readonly response: object }

/** One answer for each status that the codes of a route have; a key that several routes have means the same in all. */
export function problemAnswers(name: string, codes: readonly ProblemCode[]): Answer[] {
  const byStatus = Map.groupBy(codes.toSorted(), (code) => PROBLEM_CODES[code].status)
  return [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, alike]) => ({
      key: alike.length <= 2 ? alike.join('.') : `${name}.${status}`,
      status,
      response: {
        description: alike.map((code) => `\`${code}\`: ${PROBLEM_CODES[code].title}`).join('; '),
        ...(status === 429 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
        content: {
          'application/problem+json': { schema: PROBLEM, examples: Object.fromEntries(alike.map(exampleOf)) },
        },
      },
    }))
}

const PROBLEM = { $ref: '#/components/schemas/Problem' }
const RETRY_AFTER = { description: 'Seconds after which to ask again', schema: { type: 'integer', minimum: 1 } }

/** The wire form as a caller sees it. */
function exampleOf(code: ProblemCode): [ProblemCode, { value: object }] {
  const detail = DETAILS[code]
  if (detail === undefined) throw new Error(`${code} has no example`)
  return [code, { value: ProblemView.parse(new Problem(code, detail).toJSON()) }]
}

const DETAILS: Partial<Record<ProblemCode, string>> = {
  tracking_invalid: "Invalid model name 'a/b'. Names cannot contain '/' or ':', which end a name in models:/NAME/1.",
  import_source: '/home/ada/notes.db is no database of MLflow: name its mlflow.db, or the folder mlruns',
  tracking_exists: 'Registered Model (name=wine) already exists. Choose another name, or make a version of it.',
  port_taken: 'no free port was found between 20000 and 30000: name the ports yourself',
  cluster_unreachable: 'the cluster kind-local-cluster does not answer (no connection within 2.8 s): start it',
  cluster_unauthorized: 'the cluster lab does not accept the credentials (expired): log in to the cluster again',
  cluster_refused: 'the cluster lab refuses: admission webhook denied the request',
  store_unreachable: 'the artifact store at https://s3.example does not answer: look at the network',
  store_denied: 'the artifact store denies writing to the bucket artifacts: have its owner allow it',
  cluster_forbidden: 'you lack rights that Role ml/pipeline gives: have an administrator apply it once',
  cluster_unusable:
    'the node local-cluster-control-plane did not take the image (no space left): free space on the disk',
  registry_unreachable: 'the registry localhost:21876 does not answer: start it',
  unauthorized: 'a token is wanted: send the content of the file `token` as `Authorization: Bearer …`',
  forbidden: 'the header x-minisub-csrf is missing or wrong: load the page again',
  too_many_requests: 'too many requests came at once: wait and ask again',
  internal: 'the core failed: look into core.log in the data folder, and report what it says',
  core_unreachable: 'the core is about to stop: ask again, another one will answer',
  invalid_request: 'the request is not valid, see /api/v1/openapi.json: limit: Too big: expected number to be <=1000',
  not_found: 'there is no run 01kc2m3n4p5q6r7s8t9v0wxyza: see `minisub runs`',
  ambiguous_id: 'more than one run begins with 01kc: write more of the id',
  conflict: 'run 01kc2m3n4p5q6r7s8t9v0wxyza is over (cancelled): there is nothing to cancel',
  body_too_large: 'the body is larger than 4194304 bytes: send less',
  unsupported_media_type: 'bodies are JSON: send the header `Content-Type: application/json`',
  range_not_satisfiable: 'the file has 1024 bytes: ask for a range within them',
  document_invalid: '/home/ada/wine/pipeline.yaml is not valid: correct it',
  document_syntax: 'line 3: a map may not begin here: indent it like its neighbours',
  document_too_large: 'the document has more than 1048576 bytes: write less',
  package_unavailable: 'no version of scikit-lern can be had: correct the name',
  python_missing: 'there is no Python 3.13: install it, or ask for another in the environment',
  lock_invalid: '/home/ada/wine/pipeline.yaml.lock.json cannot be read: delete it, the next run writes a new one',
  network_unavailable: 'the package index cannot be reached: go online, or use a lock that is there',
  disk_full: 'the disk is full: make room, then ask again',
  unknown_parameter: 'the pipeline has no parameter dept: use depth',
  missing_parameter: 'the parameter depth has no value: give one',
  invalid_parameter: 'the parameter depth is an integer and got "four": give an integer',
  invalid_value: '/home/ada/wine.csv is not a folder: name the folder that holds it',
  invalid_name: '"Wine" is no name of a schedule: use lower-case letters, digits and -',
  invalid_cron: 'the minute 61 is out of range: use 0 to 59',
  invalid_time_zone: 'there is no time zone Europe/Berlen: use Europe/Berlin',
  unknown_setting: 'there is no setting "docker.hots": did you mean "docker.host"?',
  settings_invalid: '/home/ada/.mini-submarine/settings.json is not valid: "}" in line 2 is no JSON here: correct it',
  secret_store:
    '/home/ada/.mini-submarine/secrets.json is damaged: put it back from a copy, or delete it and set the secrets again',
  input_missing: 'the input data/wine.csv is not there: put it there, or correct the path',
  code_unreadable: '/home/ada/wine/train.py cannot be read: make it readable for yourself',
  not_supported: 'the target kubernetes is not supported: use process',
  artifact_corrupt: 'a file of the store holds other bytes than were stored: look after the disk of the data folder',
  artifact_missing: 'the content of this output was deleted: run the step again',
  secret_missing: 'the secret api has no key token here: set it with `minisub secret set api token`',
  engine_unavailable: 'no container engine answers at /var/run/docker.sock: start Docker, or set DOCKER_HOST',
  engine_forbidden: 'you may not use /var/run/docker.sock: add yourself to the group docker, then sign in again',
  image_unavailable: 'there is no image python:3.99-slim in docker.io: correct its name',
  image_login: 'registry.example asks for a login: sign in with `docker login registry.example`',
  image_platform: 'the image team/base:1 is not there for linux/amd64: use one that is',
  cluster_config: 'the kubeconfig /home/ada/.kube/config is not valid YAML (line 3, BAD_INDENT): correct it there',
  environment_failed: 'the environment python cannot be built: see the details',
  environment_in_use: 'the environment c0ffee is used by a run: wait for it, or cancel it',
}
