type CodeEntry = {
  /** HTTP status of a response that carries it. */
  readonly status: number
  readonly title: string
  /** Whether the same request could succeed later without a change by the caller. */
  readonly retry: boolean
}

/** Every code a Problem can have: the one table that statuses, retries and the documentation come from. */
export const PROBLEM_CODES = {
  // the document
  document_too_large: { status: 422, title: 'The document is too large', retry: false },
  document_too_deep: { status: 422, title: 'The document is nested too deeply', retry: false },
  document_syntax: { status: 422, title: 'The document is not valid YAML', retry: false },
  document_invalid: { status: 422, title: 'The pipeline is not valid', retry: false },
  unknown_key: { status: 422, title: 'Unknown key', retry: false },
  duplicate_key: { status: 422, title: 'Duplicate key', retry: false },
  missing_key: { status: 422, title: 'Missing key', retry: false },
  wrong_type: { status: 422, title: 'Wrong type', retry: false },
  invalid_value: { status: 422, title: 'Invalid value', retry: false },
  invalid_name: { status: 422, title: 'Invalid name', retry: false },
  unknown_reference: { status: 422, title: 'Unknown reference', retry: false },
  cycle: { status: 422, title: 'The steps form a cycle', retry: false },
  invalid_expression: { status: 422, title: 'Invalid expression', retry: false },
  expression_not_portable: { status: 422, title: 'The cluster could not compute this expression alike', retry: false },
  // parameters and input files
  unknown_parameter: { status: 422, title: 'Unknown parameter', retry: false },
  missing_parameter: { status: 422, title: 'Missing parameter', retry: false },
  invalid_parameter: { status: 422, title: 'Invalid parameter', retry: false },
  input_missing: { status: 422, title: 'Input file missing', retry: false },
  input_outside: { status: 422, title: 'Input file outside the folder', retry: false },
  code_unreadable: { status: 422, title: 'The code folder cannot be read', retry: false },
  lock_invalid: { status: 422, title: 'The lock file is not valid', retry: false },
  lock_unwritable: { status: 422, title: 'The lock file cannot be written', retry: false },
  // a step's end
  command_not_found: { status: 422, title: 'Command not found', retry: false },
  command_failed: { status: 422, title: 'The command failed', retry: false },
  step_timeout: { status: 422, title: 'The step ran out of time', retry: false },
  step_lost: { status: 422, title: 'The step was lost', retry: true },
  output_missing: { status: 422, title: 'Declared output missing', retry: false },
  output_invalid: { status: 422, title: 'Declared output of the wrong type', retry: false },
  output_too_large: { status: 422, title: 'Declared output too large', retry: false },
  output_symlink: { status: 422, title: 'Symbolic link in an output', retry: false },
  argo_missing: { status: 422, title: 'The cluster has no Argo Workflows', retry: false },
  workflow_too_large: { status: 422, title: 'The run is too large for the cluster', retry: false },
  quota_exceeded: { status: 422, title: 'The quota of the namespace is exceeded', retry: true },
  argo_unresolved: { status: 422, title: 'Argo did not fill in a value', retry: false },
  value_too_large: { status: 422, title: 'Value too large', retry: false },
  expression_failed: { status: 422, title: 'The expression cannot be evaluated', retry: false },
  not_supported: { status: 422, title: 'Not supported by this target', retry: false },
  // environments
  python_missing: { status: 422, title: 'Python is missing', retry: false },
  package_unavailable: { status: 422, title: 'A package cannot be had', retry: false },
  network_unavailable: { status: 503, title: 'The package index cannot be reached', retry: true },
  environment_failed: { status: 422, title: 'The environment cannot be built', retry: true },
  environment_in_use: { status: 409, title: 'The environment is in use', retry: true },
  // containers
  engine_unavailable: { status: 503, title: 'The container engine cannot be reached', retry: true },
  engine_forbidden: { status: 403, title: 'The container engine may not be used', retry: false },
  image_unavailable: { status: 422, title: 'An image cannot be had', retry: false },
  image_login: { status: 422, title: 'The registry asks for a login', retry: false },
  image_platform: { status: 422, title: 'The image is for another platform', retry: false },
  registry_denied: { status: 422, title: 'The registry refuses', retry: false },
  registry_unreachable: { status: 503, title: 'The registry cannot be reached', retry: true },
  resource_unavailable: { status: 422, title: 'A resource cannot be had here', retry: false },
  // clusters
  cluster_unreachable: { status: 503, title: 'The cluster cannot be reached', retry: true },
  cluster_unauthorized: { status: 403, title: 'The cluster does not accept the credentials', retry: false },
  cluster_forbidden: { status: 403, title: 'A right in the cluster is missing', retry: false },
  cluster_config: { status: 422, title: 'The kubeconfig cannot be used', retry: false },
  cluster_refused: { status: 422, title: 'The cluster refused the call', retry: false },
  // clusters on this machine
  kind_unavailable: { status: 422, title: 'kind cannot be had', retry: false },
  kind_failed: { status: 422, title: 'kind failed', retry: true },
  cluster_preflight: { status: 422, title: 'This machine cannot have a local cluster now', retry: false },
  cluster_timeout: { status: 422, title: 'The cluster was not ready in time', retry: true },
  cluster_unusable: { status: 422, title: 'The cluster cannot be used', retry: true },
  // the artifact store of a cluster target
  store_unreachable: { status: 503, title: 'The artifact store cannot be reached', retry: true },
  store_denied: { status: 403, title: 'The artifact store refused', retry: false },
  store_missing: { status: 422, title: 'The bucket does not exist', retry: false },
  store_refused: { status: 422, title: 'The artifact store cannot do this', retry: false },
  source_changed: { status: 409, title: 'A file changed while it was sent', retry: true },
  object_too_large: { status: 422, title: 'An object is too large to be read', retry: false },
  object_damaged: { status: 422, title: 'A stored object is damaged', retry: false },
  // secrets and settings
  secret_missing: { status: 422, title: 'A secret is missing', retry: false },
  secret_store: { status: 500, title: 'The secrets cannot be read', retry: false },
  unknown_setting: { status: 422, title: 'Unknown setting', retry: false },
  settings_invalid: { status: 422, title: 'The file of the settings is not valid', retry: false },
  // storage
  system_busy: { status: 503, title: 'The system is out of processes or memory', retry: true },
  disk_full: { status: 507, title: 'The disk is full', retry: true },
  artifact_corrupt: { status: 422, title: 'A stored file has changed', retry: false },
  artifact_missing: { status: 410, title: 'A stored file is gone', retry: false },
  home_unwritable: { status: 500, title: 'The data folder cannot be written', retry: false },
  home_newer: { status: 500, title: 'The data folder is from a newer version', retry: false },
  home_in_use: { status: 409, title: 'Another core uses the data folder', retry: true },
  port_taken: { status: 409, title: 'The port is taken', retry: true },
  // the server
  unauthorized: { status: 401, title: 'Not authorised', retry: false },
  forbidden: { status: 403, title: 'Forbidden', retry: false },
  not_found: { status: 404, title: 'Not found', retry: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', retry: false },
  ambiguous_id: { status: 409, title: 'The id is ambiguous', retry: false },
  tracking_invalid: { status: 400, title: 'Not a valid call of the tracking API', retry: false },
  tracking_exists: { status: 409, title: 'The name is taken', retry: false },
  import_source: { status: 422, title: 'The source cannot be taken in', retry: false },
  conflict: { status: 409, title: 'Conflict', retry: false },
  body_too_large: { status: 413, title: 'The request body is too large', retry: false },
  address_too_long: { status: 414, title: 'The address is too long', retry: false },
  headers_too_large: { status: 431, title: 'The headers are too large', retry: false },
  request_timeout: { status: 408, title: 'The request took too long', retry: true },
  too_many_requests: { status: 429, title: 'Too many requests', retry: true },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', retry: false },
  range_not_satisfiable: { status: 416, title: 'Range not satisfiable', retry: false },
  invalid_request: { status: 422, title: 'Invalid request', retry: false },
  internal: { status: 500, title: 'Internal error', retry: false },
  core_unreachable: { status: 503, title: 'The core cannot be reached', retry: true },
  usage: { status: 400, title: 'Wrong usage', retry: false },
  // schedules
  invalid_cron: { status: 422, title: 'The cron expression is not valid', retry: false },
  invalid_time_zone: { status: 422, title: 'Unknown time zone', retry: false },
  // models
  model_invalid: { status: 422, title: 'The model cannot be used', retry: false },
  model_input_invalid: { status: 422, title: 'The rows do not fit the model', retry: false },
} as const satisfies Record<string, CodeEntry>

export type ProblemCode = keyof typeof PROBLEM_CODES
