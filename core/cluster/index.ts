/** Runs on a cluster: pipelines compiled to Argo Workflows. */
export { compileWorkflow } from './compile.ts'
export { renderYaml } from './render-yaml.ts'
export type { ArgoLimits, ArgoObject, Compiled, CompileInput, NeededObject, SecretReference } from './types.ts'
export { homeId } from './home-id.ts'
export { openClusterRuns, type ClusterRuns, type ClusterTargetsOptions } from './cluster-target.ts'
