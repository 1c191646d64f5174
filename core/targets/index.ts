export { describeTarget } from './describe.ts'
export { openTargetService, type TargetServiceOptions } from './service.ts'
export type { CheckDeps, TargetService } from './service-types.ts'
export { openTargets, type ClusterTargets } from './targets.ts'
