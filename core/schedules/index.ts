export { openSchedules, type ScheduleOptions } from './service.ts'
export type { Clusters } from './cluster-imports.ts'
export type { Clock } from './clock.ts'
export type { ScheduleService } from './service-types.ts'
