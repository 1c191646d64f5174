import { formatBytes } from '#core/base/quantity.ts'
import type { ResourceProposal } from '#core/contract/usage.ts'

/** What attempts of a step needed. */
export type Need = {
  /** What was enough for half of the time, and 95 % of it, of each attempt that succeeded and was no short one. */
  readonly cpuUsed: { readonly p50: number; readonly p95: number } | null
  /** The most that one attempt that succeeded had. */
  readonly memoryPeak: number | null
  /** The most that each attempt had that ended since its memory ran out; null where that is not known. */
  readonly ranOutAt: readonly (number | null)[]
  /** How many succeeded. */
  readonly attempts: number
}

/** What a step asks for, against what it needed. */
export type Measured = Need & { readonly cpuAsked: number | null; readonly memoryAsked: number | null }

/** Beyond what was used: data differ from run to run. */
const MORE_MEMORY = 1.25
const MORE_CPU = 1.1
/** After an end for lack of memory nobody knows how much it would have taken. */
const MUCH_MORE = 2
/** It used nearly all that it may, so it would have used more. */
const NEARLY_ALL = 0.9
const HALF_MORE = 1.5
/** What is asked for is too much where less than this share of it would do. */
const WORTH_IT = 0.7
const MIB = 2 ** 20
const STEP_MIB = 64
/** Of little memory nobody is short, and a limit that is too low ends a step. */
const LEAST_MIB = 128

/** Better requests of a step; null where those that it has are good, or too little is known. */
export function propose(step: Measured): ResourceProposal | null {
  const memory = step.ranOutAt.length === 0 ? memoryFor(step) : memoryAfterEnd(step)
  const cpu = cpuFor(step)
  if (memory === undefined && cpu === undefined) return null
  const because = [memory?.because, cpu?.because].filter((text) => text !== undefined).join('; ')
  return { cpu: cpu?.cores ?? null, memory: memory?.size ?? null, because }
}

type MemoryProposal = { readonly size: string; readonly because: string }

function memoryFor(step: Measured): MemoryProposal | undefined {
  const { memoryAsked: asked, memoryPeak: peak } = step
  if (peak === null) return undefined
  const needed = rounded(peak * MORE_MEMORY)
  const mib = Math.max(LEAST_MIB, needed)
  if (asked !== null && needed * MIB <= asked && mib * MIB >= WORTH_IT * asked) return undefined
  return { size: sizeText(mib), because: `it had at most ${formatBytes(peak)} of memory in ${attemptsText(step)}` }
}

/** Never less than there was for it; nothing where not even that is known. */
function memoryAfterEnd({ memoryAsked: asked, memoryPeak: peak, ranOutAt }: Measured): MemoryProposal | undefined {
  if (asked === null && ranOutAt.includes(null)) return undefined
  const most = ranOutAt.reduce<number>((sofar, bytes) => Math.max(sofar, bytes ?? 0), Math.max(asked ?? 0, peak ?? 0))
  const mib = Math.max(LEAST_MIB, rounded(most * MUCH_MORE))
  return { size: sizeText(mib), because: `it ran out of memory at ${formatBytes(most)}` }
}

/** A limit on cores is made narrower or wider, never new: without one it takes what is free. */
function cpuFor({ cpuAsked: asked, cpuUsed }: Measured): { cores: number; because: string } | undefined {
  if (asked === null || cpuUsed === null) return undefined
  const { p95 } = cpuUsed
  const isHeld = p95 >= NEARLY_ALL * asked
  const cores = tenths(Math.max(p95 * MORE_CPU, isHeld ? asked * HALF_MORE : 0))
  if (!isHeld && isGood(asked, cores)) return undefined
  const used = `95 % of the time it used at most ${p95.toFixed(2)} cores`
  const share = p95 > asked ? 'more than' : 'nearly all of'
  return { cores, because: isHeld ? `${used}, ${share} the ${asked} that it asks for` : used }
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
