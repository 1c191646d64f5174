export { openAccess } from './access.ts'
export type { Access, Caller, OpenedSession } from './access-types.ts'
