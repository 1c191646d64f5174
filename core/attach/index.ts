export { clientOf } from './client-of.ts'
export { findCore, isCoreGone, type RunningCore } from './running-core.ts'
