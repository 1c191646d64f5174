export { openMoves, type MoveOptions } from './service.ts'
export type { Moves } from './service-types.ts'
