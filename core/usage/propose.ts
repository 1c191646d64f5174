import { formatBytes } from '#core/base/quantity.ts'
import type { ResourceProposal } from '#core/contract/usage.ts'

/** What was measured of a step, over its attempts that succeeded: what failed may have ended before it needed much. */
export type Measured = {
  readonly cpuAsked: number | null
  readonly cpuUsed: { readonly p50: number; readonly p95: number } | null
  readonly memoryAsked: number | null
  readonly memoryPeak: number | null
  /** An attempt ended since its memory ran out. */
  readonly ranOut: boolean
  /** How many there were, and how long the longest ran. */
  readonly attempts: number
  readonly longestMs: number
}

/** Beyond what was used: data differ from run to run. */
const MORE_MEMORY = 1.25
const MORE_CPU = 1.1
/** After an end for lack of memory nobody knows how much it would have taken. */
const MUCH_MORE = 2
/** It used nearly all that it may, so it would have used more. */
const NEARLY_ALL = 0.9
/** What is asked for is too much where less than this share of it would do. */
const WORTH_IT = 0.7
/** A shorter command mostly loads libraries. */
const LEAST_MS = 2_000

const MIB = 2 ** 20
const STEP_MIB = 64
/** Of little memory nobody is short, and a limit that is too low ends a step. */
const LEAST_MIB = 128

/** Better requests of a step; null where those that it has are good, or too little is known. */
export function propose(step: Measured): ResourceProposal | null {
  if (step.attempts === 0 && !step.ranOut) return null
  const memory = memoryFor(step)
  const cpu = cpuFor(step)
  if (memory === undefined && cpu === undefined) return null
  const because = [memory?.because, cpu?.because].filter((text) => text !== undefined).join('; ')
  return { cpu: cpu?.cores ?? null, memory: memory?.size ?? null, because }
}

function memoryFor(step: Measured): { size: string; because: string } | undefined {
  const { memoryAsked: asked, memoryPeak: peak, ranOut } = step
  if (peak === null && !(ranOut && asked !== null)) return undefined
  const most = Math.max(peak ?? 0, ranOut ? (asked ?? 0) : 0)
  const needed = rounded(most * (ranOut ? MUCH_MORE : MORE_MEMORY))
  const mib = Math.max(LEAST_MIB, needed)
  if (asked !== null && !ranOut && needed * MIB <= asked && mib * MIB >= WORTH_IT * asked) return undefined
  if (ranOut) return { size: sizeText(mib), because: `it ran out of memory at ${formatBytes(most)}` }
  return { size: sizeText(mib), because: `it had at most ${formatBytes(most)} of memory in ${attemptsText(step)}` }
}

function cpuFor(step: Measured): { cores: number; because: string } | undefined {
  const { cpuAsked: asked, cpuUsed, longestMs } = step
  if (cpuUsed === null || longestMs < LEAST_MS) return undefined
  const { p95 } = cpuUsed
  const isHeld = asked !== null && p95 >= NEARLY_ALL * asked
  const cores = tenths(isHeld ? asked * 1.5 : p95 * MORE_CPU)
  if (asked !== null && !isHeld && isGood(asked, cores)) return undefined
  const used = `95 % of the time it used at most ${p95.toFixed(2)} cores`
  return { cores, because: isHeld ? `${used}, nearly all of the ${asked} that it asks for` : used }
}

/** Whether what is asked for is enough, and not far too much. */
function isGood(asked: number, needed: number): boolean {
  return needed <= asked && needed >= WORTH_IT * asked
}

function rounded(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / MIB / STEP_MIB)) * STEP_MIB
}

function sizeText(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`
}

/** Tenths of a core, beyond two cores halves. */
function tenths(cores: number): number {
  const unit = cores < 2 ? 10 : 2
  return Math.max(1, Math.ceil(cores * unit - 1e-9)) / unit
}

function attemptsText({ attempts }: Measured): string {
  return attempts === 1 ? 'one attempt' : `${attempts} attempts`
}
