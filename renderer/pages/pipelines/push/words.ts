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
    ...(overheadSeconds === null ? [] : [`${durationText(overheadSeconds * 1_000)} of it for pods to start`]),
    ...(cost === null ? [] : [`${cost.amount.toFixed(2)} ${cost.currency}`]),
    ...(energyWh === null ? [] : [`${energyWh.toFixed(1)} Wh`]),
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
    ...(gpu === null ? [] : [`${gpu} GPU`]),
  ]
  return parts.length === 0 ? 'nothing' : parts.join(', ')
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
