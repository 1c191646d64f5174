export { openRegister } from './register.ts'
export { openRunTracking, type RunTracking } from './run-tracking.ts'
