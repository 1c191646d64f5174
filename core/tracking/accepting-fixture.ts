import { openTracking } from './tracking.ts'

/** A program that is killed by itself in the turn in which the last of its points was accepted. */
const [, , home = '', runId = '', many = ''] = process.argv
const { writes } = openTracking(home)
await writes.createRun({ id: runId, experimentId: '0' })
for (let step = 0; step < Number(many); step += 1) {
  if (writes.accept(runId, { metrics: [{ key: 'loss', value: step / 3, timestamp: step, step }] }) !== undefined) {
    throw new Error(`point ${step} was not accepted`)
  }
}
process.kill(process.pid, 'SIGKILL')
