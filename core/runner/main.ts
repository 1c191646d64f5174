import type { RunnerEnd } from '#core/attempts/index.ts'
import { problemOf } from './failure.ts'
import { openRecordWriter } from './record-writer.ts'
import { runSpec } from './run.ts'
import { takeSpec } from './spec.ts'

/** The step runner: the first process of a container. Its one argument is the path of a spec, see core/attempts/protocol.ts. */
const STDOUT = 1
const NOT_FOUND = 127

const writer = openRecordWriter(STDOUT, (error) => {
  // nothing can be told where nothing can be printed: the end of the first process ends the container
  process.stderr.write(`the log cannot be written: ${String(error)}\n`)
  process.exit(1)
})

process.once('uncaughtException', (error) => void tell(failed(error)))

async function tell(end: RunnerEnd): Promise<void> {
  await writer.write(`x${Date.now()} ${JSON.stringify(end)}\n`)
  process.exit(exitCodeOf(end))
}

/** The command's own, so that `docker ps` and others tell the same; 127 as of a shell; 1 where it left the wrong outputs. */
function exitCodeOf({ exitCode, problem }: RunnerEnd): number {
  if (problem?.code === 'command_not_found') return NOT_FOUND
  return problem === null ? (exitCode ?? 1) : 1
}

/** The end of a command that was not started, or whose runner failed. */
function failed(error: unknown): RunnerEnd {
  const unknown = { cpuSeconds: null, peakMemoryBytes: null, outOfMemory: false, stoppedBy: null }
  return { exitCode: null, finishedAt: Date.now(), ...unknown, problem: problemOf(error) }
}

await tell(await runSpec(takeSpec(process.argv[2]), writer).catch(failed))
