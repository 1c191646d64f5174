import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { connect } from './connect.ts'
import { EXIT, exitCodeOfProblem } from './exit-codes.ts'
import { openInterrupt } from './interrupt.ts'
import { openJobDisplay, type JobDisplay } from './job-display.ts'

const LOOK_MS = 200
/** So often in a row a core that went away is started again for one question. */
const MOST_STARTS = 5

/**
 * Shows a job until it is over, also over crashes of the core, and resolves to its end. Ctrl-C gives it up and waits until
 * it is taken back, a second one leaves that to the core. A delete cannot be taken back: there Ctrl-C leaves it at once.
 */
export async function followJob(begun: ClusterJobView, home: string): Promise<ClusterJobView> {
  using interrupt = openInterrupt()
  using display = openJobDisplay(begun)
  const ask = asker(home)
  const faults: unknown[] = []
  let from = 0
  const onAbort = (): void => void giveUp(ask, begun, display).catch((fault: unknown) => faults.push(fault))
  if (begun.kind !== 'delete') interrupt.signal.addEventListener('abort', onAbort, { once: true })
  for (;;) {
    const { lines, next, job } = await ask((client) => client.readClusterLog({ job: begun.id, from }))
    from = next
    display.push(job, lines)
    if (faults.length > 0) throw faults[0]
    if (job.status !== 'running' && lines.length === 0) return job
    if (begun.kind === 'delete' && interrupt.signal.aborted) {
      display.note(`it goes on: minisub cluster logs --job ${begun.id} -f`)
      return job
    }
    if (job.status === 'running') await sleep(LOOK_MS)
  }
}

/** 0, 130 where it was given up or goes on without us, and of a failure that of its problem. */
export function exitCodeOfJob({ status, problem }: ClusterJobView): number {
  if (status === 'succeeded') return EXIT.succeeded
  if (status !== 'failed') return EXIT.cancelled
  const code = problem?.code ?? ''
  return isCode(code) ? exitCodeOfProblem(code) : EXIT.failed
}

type Ask = <Result>(call: (client: Client) => Promise<Result>) => Promise<Result>

async function giveUp(ask: Ask, { cluster }: ClusterJobView, display: JobDisplay): Promise<void> {
  display.note('giving it up; press Ctrl-C again to leave at once, the core then does it alone')
  try {
    await ask((client) => client.cancelClusterJob({ name: cluster }))
  } catch (error) {
    // It has ended in the meantime, which its last state says better.
    if (!isProblem(error) || error.code !== 'not_found') throw error
  }
}

/** Asks the core; one that was killed is started again and takes the job up where it was. */
function asker(home: string): Ask {
  let client: Client | undefined
  return async (call) => {
    for (let start = 0; ; start += 1) {
      client ??= await connect(home)
      try {
        return await call(client)
      } catch (error) {
        if (start === MOST_STARTS || !isProblem(error) || error.code !== 'core_unreachable') throw error
        client = undefined
      }
    }
  }
}

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEM_CODES, code)
}
