import { readFileSync } from 'node:fs'
import { POD, POD_VARIABLES, type RunnerEnd } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'
import { notStarted } from './failure.ts'
import type { Job } from './job.ts'
import { leavePodEnd } from './leave-pod-end.ts'
import { preparePod, readPodSpec } from './pod.ts'
import { runSpec } from './run.ts'
import { stopSignal } from './stop.ts'

/** What engines give to containers; Argo takes it away. */
const USUAL_MASK = 0o022

/** An attempt in a pod, see core/attempts/pod.ts. */
export function openPodJob(): Job {
  const { [POD_VARIABLES.pod]: pod = '', [POD_VARIABLES.node]: node = '' } = process.env
  let startedAt: number | null = null
  let parameters: readonly string[] = []
  return {
    async run(writer) {
      const stopped = stopSignal()
      process.umask(USUAL_MASK)
      const plan = readPodSpec(POD.spec)
      parameters = plan.parameters
      const spec = await Promise.race([preparePod(plan), stopped])
      if (spec === 'signal') return stoppedBefore()
      const onStart = (at: number): void => void (startedAt = at)
      return runSpec(spec, { writer, stopped, onStart, isAlone: isAlone(), timeoutMs: spec.timeoutMs })
    },
    leave: (end) => leavePodEnd(end, { pod, node, startedAt, parameters }),
  }
}

function stoppedBefore(): RunnerEnd {
  const message = 'its pod was asked to stop before the command began'
  return { ...notStarted({ code: 'step_lost', message }), stoppedBy: 'signal' }
}

/** Argo starts the runner of a pod, as the first process of the container. */
function isAlone(): boolean {
  return process.pid === 1 || (process.ppid === 1 && isArgo(1))
}

function isArgo(pid: number): boolean {
  try {
    const [program = '', verb] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return program.endsWith('/argoexec') && verb === 'emissary'
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}
