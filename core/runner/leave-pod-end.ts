import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONTAINER, exitReason, OUTPUTS_FILE, POD, problemOfEnd, signalOf } from '#core/attempts/index.ts'
import type { PodEnd, PodSpec, RunnerEnd } from '#core/attempts/index.ts'
import { canonicalJson } from '#core/base/json.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { removeTree, systemCode } from '#core/files/index.ts'
import { problemOf } from './failure.ts'
import { removeUnlessDenied } from './remove-unless-denied.ts'

/** What is known of an attempt beside its end. */
export type PodFacts = Pick<PodEnd, 'pod' | 'node' | 'startedAt'> & {
  /** Outputs that are left as parameters too. */
  readonly parameters: PodSpec['parameters']
}

/**
 * Leaves what Argo takes from a pod: of a good end the records and parameters, of another none of its outputs; then, as
 * the last, the end. Returns the end that was written, which is another where the disk is full.
 */
export async function leavePodEnd(end: RunnerEnd, facts: PodFacts): Promise<RunnerEnd> {
  try {
    await writePodEnd(end, facts, isGood(end) ? await leaveRecords(facts.parameters) : null)
    return end
  } catch (error) {
    const spoilt = { ...end, problem: end.problem ?? problemOf(error) }
    await writePodEnd(spoilt, facts, null)
    return spoilt
  }
}

/** A command that obeyed a wish to stop and ended with 0 counts; one that was too slow does not. */
function isGood({ exitCode, problem, stoppedBy }: RunnerEnd): boolean {
  return exitCode === 0 && problem === null && stoppedBy !== 'timeout'
}

async function writePodEnd(end: RunnerEnd, facts: PodFacts, outputs: OutputRecords | null): Promise<void> {
  if (outputs === null) await removeOutputs(facts.parameters)
  const { pod, node, startedAt } = facts
  const tracked = existsSync(CONTAINER.tracking) ? { tracked: true as const } : {}
  const left: PodEnd = { version: 1, pod, node, startedAt, end, outputs, ...tracked }
  await replace(POD.end, JSON.stringify(left))
  if (outputs === null) sayWhy(end)
}

/** What `leaveOutputs` has written comes to where Argo takes it. */
async function leaveRecords(parameters: PodFacts['parameters']): Promise<OutputRecords> {
  const text = readFileSync(join(CONTAINER.outputs, OUTPUTS_FILE), 'utf8')
  const records = JSON.parse(text) as OutputRecords
  await removeTree(join(CONTAINER.outputs, OUTPUTS_FILE))
  for (const name of parameters) {
    const record = records[name]
    if (record?.kind !== 'value') throw new Error(`the output ${name} is no value, and was asked for as a parameter`)
    await replace(POD.parameter(name), Buffer.from(canonicalJson(record.value)).toString('base64'))
  }
  await replace(POD.outputs, text)
  return records
}

/** Argo uploads what lies there, whatever the end was. */
async function removeOutputs(parameters: PodFacts['parameters']): Promise<void> {
  for (const path of [CONTAINER.outputs, POD.outputs, ...parameters.map(POD.parameter)]) await removeUnlessDenied(path)
}

/** The whole text or nothing; whatever the command left under the name is gone. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  for (const place of [path, temporary]) await removeTree(place)
  writeFileSync(temporary, text, { flag: 'wx' })
  renameSync(temporary, path)
}

const TERMINATION_LOG = '/dev/termination-log'
/** Kubernetes takes 4096 of each container. */
const MOST_BYTES = 2048
const SPOILT_CHARACTER = /\uFFFD$/

/** One sentence for whoever looks at the pod; Argo makes it the message of the node. */
function sayWhy(end: RunnerEnd): void {
  const exitCode = end.exitCode ?? 1
  const reason =
    problemOfEnd(end)?.message ?? exitReason({ exitCode, signal: signalOf(exitCode), outOfMemory: end.outOfMemory })
  const text = Buffer.from(reason).subarray(0, MOST_BYTES).toString().replace(SPOILT_CHARACTER, '')
  try {
    const descriptor = openSync(TERMINATION_LOG, 'r+')
    writeFileSync(descriptor, text)
    closeSync(descriptor)
  } catch (error) {
    // it is there in every pod; elsewhere nobody would read it
    if (!['ENOENT', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error
  }
}
