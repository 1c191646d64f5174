/** What this machine has of what a local cluster needs. */
export { choosePorts } from './ports.ts'
export type { PreflightDeps } from './gather.ts'
export { preflight, refuseErrors } from './preflight.ts'
