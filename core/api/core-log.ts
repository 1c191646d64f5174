import { chmodSync, existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino } from 'pino'
import type { ServerLogger } from './answer-problem.ts'

/** A log that has grown beyond this when a core starts becomes `core.log.1`, in bytes. */
const LARGEST = 10_000_000

export type CoreLog = ServerLogger & Disposable

/** Opens `<home>/core.log`, which only its owner may read. Lines are written at once: they are few. */
export function openCoreLog(home: string): CoreLog {
  const file = join(home, 'core.log')
  if (existsSync(file)) {
    chmodSync(file, 0o600)
    if (statSync(file).size > LARGEST) renameSync(file, `${file}.1`)
  }
  const stream = destination({ dest: file, mode: 0o600, sync: true })
  const logger = pino({ base: { pid: process.pid }, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream)
  return {
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    [Symbol.dispose]: () => stream.end(),
  }
}
