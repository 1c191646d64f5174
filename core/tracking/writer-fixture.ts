import { writeSync } from 'node:fs'
import { openTracking } from './tracking.ts'

/** A program that logs for ever, several writes at a time, and prints each number when its write was acknowledged. */
const [, , home = '', runId = ''] = process.argv
const { writes } = openTracking(home)
await writes.createRun({ id: runId, experimentId: '0' })

async function log(number: number): Promise<void> {
  await writes.log(runId, {
    metrics: [{ key: 'loss', value: number, timestamp: number, step: number }],
    tags: [{ key: `t${number % 50}`, value: String(number) }],
  })
  writeSync(1, `${number}\n`)
}

for (let next = 0; ; next += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, index) => log(next + index)))
}
