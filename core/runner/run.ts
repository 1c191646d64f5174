import { closeSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hideSecrets, sampleInterval, type RunnerEnd, type RunnerSpec } from '#core/attempts/index.ts'
import { startCommand, type RunningCommand } from './command.ts'
import { problemOf } from './failure.ts'
import { leaveOutputs } from './leave-outputs.ts'
import { openLineRecords } from './line-records.ts'
import { makeOutputPipes } from './output-pipe.ts'
import { startPump, type Pump } from './pump.ts'
import { killAll, reachOf } from './reach.ts'
import type { RecordWriter } from './record-writer.ts'
import { askToStop, timeIsOver, type StopReason } from './stop.ts'
import { openStepTracking } from './tracking/open.ts'
import { openUsage, type UsageNow } from './usage.ts'

/** What a command runs in. */
export type Surroundings = {
  readonly writer: RecordWriter
  /** Whether nobody else is in the container: then all that is in it may be ended, and what it used is the command's. */
  readonly isAlone: boolean
  /** Resolves when the command is to stop. */
  readonly stopped: Promise<'signal'>
  /** How long the command may run; null for no bound. */
  readonly timeoutMs: number | null
  /** Told when the command has begun, in epoch ms. */
  readonly onStart?: (startedAt: number) => void
}

/** Runs the command of a spec to its end, its outputs included, and prints all records but the last one, which it returns. */
export async function runSpec(spec: RunnerSpec, surroundings: Surroundings): Promise<RunnerEnd> {
  const { writer, isAlone, stopped, timeoutMs, onStart } = surroundings
  const usage = openUsage(isAlone)
  const tracking = await openStepTracking(spec, writer)
  const { command, pumps } = await start({ ...spec, env: tracking.env }, writer)
  onStart?.(command.startedAt)
  const stop = Promise.race([stopped, timeIsOver(timeoutMs)])
  const reach = reachOf(isAlone, command.pid)
  const sampling = new AbortController()
  void printSamples({ usage, writer, startedAt: command.startedAt, signal: sampling.signal })
  try {
    const stoppedBy: StopReason | null = await Promise.race([command.end.then(() => null), stop])
    if (stoppedBy !== null) await askToStop(reach, spec.graceMs)
    await killAll(reach)
    const end = await command.end
    sampling.abort()
    await Promise.all(pumps.map((pump) => pump.drain()))
    await tracking.end()
    const { cpuSeconds, peakMemoryBytes, outOfMemory } = usage()
    // One that obeyed a wish to stop and ended well has outputs too; whoever wished it decides whether they count.
    const problem = end.exitCode === 0 && stoppedBy !== 'timeout' ? await outputProblem(spec) : null
    return { ...end, cpuSeconds, peakMemoryBytes, outOfMemory, stoppedBy, problem }
  } finally {
    await killAll(reach)
  }
}

async function start(spec: RunnerSpec, writer: RecordWriter): Promise<{ command: RunningCommand; pumps: Pump[] }> {
  await makeThreads()
  const [stdout, stderr] = makeOutputPipes()
  const command = await startCommand(spec, { stdout: stdout.writing, stderr: stderr.writing })
  for (const pipe of [stdout, stderr]) closeSync(pipe.writing)
  void writer.write(`s${command.startedAt} \n`)
  const hide = spec.secrets.length === 0 ? undefined : hideSecrets(spec.secrets)
  const pump = (kind: 'o' | 'e', descriptor: number): Pump =>
    startPump(descriptor, openLineRecords({ kind, hide, now: Date.now }), writer)
  return { command, pumps: [pump('o', stdout.reading), pump('e', stderr.reading)] }
}

/**
 * Node makes its threads for files with the first call that needs one. A command that forks to the bound of its processes
 * would leave none for them, and Node ends itself then: so they are made before it starts.
 */
async function makeThreads(): Promise<void> {
  await access('/')
}

type Sampling = {
  readonly usage: () => UsageNow
  readonly writer: RecordWriter
  readonly startedAt: number
  readonly signal: AbortSignal
}

/** One after another, however slowly they are read. */
async function printSamples({ usage, writer, startedAt, signal }: Sampling): Promise<void> {
  for (;;) {
    await sleep(sampleInterval(Date.now() - startedAt), undefined, { ref: false })
    const { cpuSeconds, memoryBytes } = usage()
    if (signal.aborted || (cpuSeconds === null && memoryBytes === null)) return
    await writer.write(`u${Date.now()} ${JSON.stringify([cpuSeconds, memoryBytes])}\n`)
  }
}

async function outputProblem({ outputs }: RunnerSpec): Promise<RunnerEnd['problem']> {
  if (outputs === null) return null
  try {
    await leaveOutputs(outputs)
    return null
  } catch (error) {
    return problemOf(error)
  }
}
