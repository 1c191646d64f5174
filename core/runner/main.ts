import type { RunnerEnd } from '#core/attempts/index.ts'
import { openContainerJob } from './container-job.ts'
import { notStarted, problemOf } from './failure.ts'
import { holdForRunner, installRunner } from './install.ts'
import { openPodJob } from './pod-job.ts'
import { openRecordWriter } from './record-writer.ts'

/**
 * The step runner, which starts the command of a step. Its argument is the path of a spec, see core/attempts/protocol.ts,
 * or `pod`, see core/attempts/pod.ts; `install FOLDER` copies the runner there and starts nothing,
 * `hold FOLDER` waits until that was done.
 */
const STDOUT = 1
const NOT_FOUND = 127

const [argument, target] = process.argv.slice(2)
const job = argument === 'pod' ? openPodJob() : openContainerJob(argument)

const writer = openRecordWriter(STDOUT, (error) => {
  // nothing can be told where nothing can be printed: the end of the first process ends the container
  process.stderr.write(`the log cannot be written: ${String(error)}\n`)
  process.exit(1)
})

async function tell(end: RunnerEnd): Promise<void> {
  const told = await job.leave(end).catch((error) => ({ ...end, problem: end.problem ?? problemOf(error) }))
  await writer.write(`x${Date.now()} ${JSON.stringify(told)}\n`)
  process.exit(exitCodeOf(told))
}

/** The command's own, so that `docker ps` and others tell the same; 127 as of a shell; 1 where it is not to count as well. */
function exitCodeOf({ exitCode, problem, stoppedBy }: RunnerEnd): number {
  if (problem?.code === 'command_not_found') return NOT_FOUND
  if (exitCode === 0 && stoppedBy === 'timeout') return 1
  return problem === null ? (exitCode ?? 1) : 1
}

const failed = (error: unknown): RunnerEnd => notStarted(problemOf(error))

if (argument === 'install' && target !== undefined) installRunner(target)
else if (argument === 'hold' && target !== undefined) await holdForRunner(target)
else {
  process.once('uncaughtException', (error) => void tell(failed(error)))
  await tell(await job.run(writer).catch(failed))
}
