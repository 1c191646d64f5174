export { readAddress } from './address.ts'
export type { ServerLogger } from './answer-problem.ts'
export { openCoreLog } from './core-log.ts'
export { startServer, type Server } from './server.ts'
