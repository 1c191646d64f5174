import { formatCost, formatEnergy } from '#core/base/quantity.ts'
import type { Plan, PlanImage, PlanStep } from '#core/contract/plan.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { durationText } from '#renderer/ui/time.tsx'

/** What a run that is started now would do with a step. */
export const DECISIONS: Readonly<Record<PlanStep['decision'], { readonly status: string; readonly label: string }>> = {
  cached: { status: 'cached', label: 'cached' },
  runs: { status: 'running', label: 'runs' },
  skipped: { status: 'skipped', label: 'skipped' },
  unknown: { status: 'waiting', label: 'depends' },
}

/** The verdict in a few words, and why it is `no`. */
export function verdictText({ verdict, words }: Plan): { readonly title: string; readonly why: string | null } {
  if (verdict === 'no') return { title: 'No', why: words.replace(/^no: /, '') }
  return { title: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, why: null }
}

/** What is sent, run and spent, in one sentence. */
export function summaryText({ bytesToSend, isAllToSend, steps, prediction }: Plan): string {
  const running = steps.filter(({ decision }) => decision === 'runs' || decision === 'unknown').length
  const { wallSeconds, overheadSeconds, cost, energyWh } = prediction
  const parts = [
    isAllToSend && bytesToSend === 0
      ? 'nothing to send'
      : `${isAllToSend ? '' : 'at least '}${bytesText(bytesToSend)} to send`,
    `${running} of ${steps.length} ${steps.length === 1 ? 'step' : 'steps'} to run`,
    ...(wallSeconds === null ? [] : [`about ${durationText(wallSeconds * 1_000)}`]),
    ...(overheadSeconds === null
      ? []
      : [`${durationText(overheadSeconds * 1_000)} ${wallSeconds === null ? '' : 'of it '}for pods to start`]),
    ...(cost === null ? [] : [formatCost(cost)]),
    ...(energyWh === null ? [] : [formatEnergy(energyWh)]),
  ]
  return `${parts.join(', ')}.`
}

/** A number of seconds that may not be known. */
export function secondsText(seconds: number | null): string {
  return seconds === null ? 'not known' : durationText(seconds * 1_000)
}

/** What a step asks for, `1 core, 2 GB, 1 GPU`. */
export function requestText({ cpu, memory, gpu }: PlanStep['requests']): string {
  const parts = [
    ...(cpu === null ? [] : [`${cpu} ${cpu === 1 ? 'core' : 'cores'}`]),
    ...(memory === null ? [] : [bytesText(memory)]),
    ...(gpu === null ? [] : [`${gpu} ${gpu === 1 ? 'GPU' : 'GPUs'}`]),
  ]
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

/** Limits that bind in the cluster and did not bind here. */
export function thereOnlyText(limits: PlanStep['limits']): string {
  const names = limits.filter(({ there, here }) => there && !here).map(({ limit }) => limit)
  return names.length === 0 ? 'nothing' : names.join(', ')
}

/** Where a pod of a step could go. */
export function nodesText({ fits, count, why }: PlanStep['nodes']): string {
  if (why !== null) return why
  if (fits === null || count === null) return 'not known'
  const more = count > fits.length ? ` and ${count - fits.length} more` : ''
  return `${fits.join(', ')}${more}`
}

/** What is done with an image. */
export function imageText({ action, bytes, layers }: PlanImage): string {
  if (action === 'present') return 'is there'
  if (action === 'as_is') return 'comes from elsewhere'
  const size = bytes === null ? 'size not known yet' : bytesText(bytes)
  const part = layers === null ? '' : ` in ${layers.missing} of ${layers.total} layers`
  return `${action === 'build' ? 'is built and sent' : 'is sent'}: ${size}${part}`
}
