import type { PodEnd } from '#core/attempts/index.ts'
import { Problem } from '#core/base/problem.ts'
import { failureResult, lostResult, outputBytesOf, resultOfExit, type AttemptResult } from '#core/pipelines/index.ts'
import { exitOfEnd } from '#core/runtimes/exit-of-end.ts'
import { WORKFLOW_DELETED, type PodNode } from './workflow-view.ts'

const KILLED = 137
const STOPPED_BY_OTHERS = 'its pod was asked to stop from outside (evicted, deleted, or its node drained)'

/** All that is known of how an attempt in a pod ended. */
export type PodEvidence = {
  /** Undefined where it was killed before it could leave one. */
  readonly end: PodEnd | undefined
  readonly node: PodNode
  /** The core itself has stopped it. */
  readonly asked: boolean
  readonly inputBytes: number
  readonly now: number
}

/** How an attempt ended, and when its command began. What ended with nobody to see how is lost. */
export function outcomeOf(evidence: PodEvidence): { readonly startedAt: number; readonly result: AttemptResult } {
  const { end, node, asked, inputBytes, now } = evidence
  const finishedAt = node.finishedAt ?? now
  if (end === undefined)
    return { startedAt: node.startedAt ?? finishedAt, result: withoutEnd(node, finishedAt, inputBytes) }
  const startedAt = end.startedAt ?? end.end.finishedAt
  if (end.end.stoppedBy === 'signal' && !asked) {
    const why = node.message === WORKFLOW_DELETED ? WORKFLOW_DELETED : STOPPED_BY_OTHERS
    return { startedAt, result: lostResult(why, finishedAt) }
  }
  const { problem } = end.end
  if (end.startedAt === null && problem !== null) {
    return { startedAt, result: failureResult(new Problem(problem.code, problem.message), finishedAt) }
  }
  const result = resultOfExit(exitOfEnd(end.end, startedAt), inputBytes)
  if (result.outcome !== 'succeeded') return { startedAt, result }
  if (end.outputs === null)
    return { startedAt, result: lostResult('its pod ended well and left no outputs', finishedAt) }
  if (node.phase !== 'Succeeded') return { startedAt, result: lostResult(wordsOf(node), finishedAt) }
  return { startedAt, result: { ...result, outputs: end.outputs, outputBytes: outputBytesOf(end.outputs) } }
}

/** A pod that left nothing: the kernel, the kubelet or somebody else has ended it. */
function withoutEnd(node: PodNode, finishedAt: number, inputBytes: number): AttemptResult {
  const startedAt = node.startedAt ?? finishedAt
  const killed = {
    startedAt,
    finishedAt,
    exitCode: KILLED,
    signal: 'SIGKILL',
    usage: { cpuSeconds: null, peakMemoryBytes: null },
  }
  if (/\bOOMKilled\b/.test(node.message)) return resultOfExit({ ...killed, outOfMemory: true }, inputBytes)
  if (/longer than (?:the )?specified deadline|DeadlineExceeded/.test(node.message)) {
    const message = 'the cluster ended the pod, which ran much longer than the timeout of its step: raise the timeout'
    return resultOfExit({ ...killed, problem: { code: 'step_timeout', message } }, inputBytes)
  }
  return lostResult(wordsOf(node), finishedAt)
}

function wordsOf({ phase, message }: PodNode): string {
  if (message === '') return `its pod ended as ${phase} without a word`
  const refused = /pods "[^"]*" is forbidden: (.*)$/s.exec(message)?.[1]
  if (refused !== undefined) return `the cluster did not take its pod: ${refused}`
  return `its pod ended as ${phase}: ${message}`
}
