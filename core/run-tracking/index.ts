export { openRegister } from './register.ts'
export { openRunTracking, type RunTracking } from './run-tracking.ts'
export { openStepMetrics } from './step-metrics.ts'
