import { join } from 'node:path'
import { pino } from 'pino'
import type { ServerLogger } from './answer-problem.ts'
import { openLineFile } from '#core/files/index.ts'

export type CoreLog = ServerLogger & Disposable

/** Opens `<home>/core.log`, which only its owner may read. Lines are written at once: they are few. */
export function openCoreLog(home: string): CoreLog {
  const file = openLineFile(join(home, 'core.log'))
  const logger = pino({ base: { pid: process.pid }, timestamp: () => `,"time":"${new Date().toISOString()}"` }, file)
  return {
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  }
}
