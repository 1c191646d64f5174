import { formatBytes, formatCost, formatDuration, formatEnergy } from '#core/base/quantity.ts'
import type { Plan } from '#core/contract/plan.ts'
import { columns, counted, cutText, localTime, plainText } from './text.ts'

/** Lines of one table that people are shown; with --json there are all. */
const MOST_SHOWN = 30
const WIDEST = 48
const MOST_NODES = 3

/** A plan for people: the verdict first, then what would be done, and last what to look at. */
export function planText(plan: Plan): string {
  const parts = [
    `${plan.pipeline} on ${plan.target}: ${plainText(plan.words)}\n${summary(plan)}`,
    section(sinceTitle(plan), sinceRows(plan)),
    section('steps', stepRows(plan)),
    section('images', imageRows(plan)),
    section('to the bucket', uploadRows(plan)),
    section('in the cluster', objectRows(plan)),
    section('enforced there and not here', limitRows(plan)),
    section('in the code', codeRows(plan)),
    checkText(plan),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function summary({ bytesToSend, isAllToSend, steps, prediction, seconds }: Plan): string {
  const running = steps.filter(({ decision }) => decision === 'runs' || decision === 'unknown').length
  const { wallSeconds, overheadSeconds, cost, energyWh, words } = prediction
  const parts = [
    `${isAllToSend ? '' : 'at least '}${formatBytes(bytesToSend)} to send`,
    `${running} of ${counted(steps.length, 'step')} would run`,
    ...(wallSeconds === null ? [] : [`about ${formatDuration(wallSeconds * 1_000)}`]),
    ...(overheadSeconds === null ? [] : [`${formatDuration(overheadSeconds * 1_000)} of it the cluster's own`]),
    ...(cost === null ? [] : [formatCost(cost)]),
    ...(energyWh === null ? [] : [formatEnergy(energyWh)]),
  ]
  const basis = plainText(words).split('; ').join('\n  ')
  return `${parts.join(', ')}\nthe plan took ${formatDuration(seconds * 1_000)}, and foretells from\n  ${basis}\n`
}

/** A title with a table below it; nothing where that is empty. */
function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const shown = rows.slice(0, MOST_SHOWN).map((row) => row.map((cell) => plainText(cell)))
  const more = rows.length - shown.length
  const rest = more === 0 ? '' : `  … and ${more} more: --json\n`
  return `${title}\n${columns(shown).trimEnd().replaceAll(/^/gm, '  ')}\n${rest}`
}

function sinceTitle({ since, target }: Plan): string {
  if (since === null) return ''
  const { pushedBy, pushedAt, template } = since.version
  return `since ${template}, which ${pushedBy} pushed to ${target} at ${localTime(pushedAt)}`
}

function sinceRows({ since }: Plan): string[][] {
  if (since === null) return []
  if (since.changes === null) return [['its record is not in the bucket any more: what has changed is not known']]
  if (since.changes.length === 0) return [['nothing has changed']]
  return since.changes.map(({ part, name, change, before, after }) => {
    const values = [before, after].map((it) => cutText(it ?? '', WIDEST))
    return [change, part, name, change === 'changed' ? values.join(' → ') : values.join('')]
  })
}

function stepRows({ steps }: Plan): string[][] {
  const head = ['STEP', 'WOULD', 'PODS', 'CPU', 'MEMORY', 'GPU', 'NODES', 'TIME', 'POD START', 'BECAUSE']
  const rows = steps.map((step) => {
    const { cpu, memory, gpu } = step.requests
    const time = (seconds: number | null): string => (seconds === null ? '?' : formatDuration(seconds * 1_000))
    return [
      step.name,
      { cached: 'be cached', runs: 'run', skipped: 'be skipped', unknown: 'depend' }[step.decision],
      step.pods === null ? '?' : String(step.pods),
      cpu === null ? '-' : String(cpu),
      memory === null ? '-' : formatBytes(memory),
      gpu === null ? '-' : String(gpu),
      step.pods === 0 ? '-' : nodesText(step.nodes),
      time(step.seconds),
      time(step.overheadSeconds),
      step.because ?? '',
    ]
  })
  return rows.length === 0 ? [] : [head, ...rows]
}

/** Names where they are few. */
function nodesText({ fits, count }: Plan['steps'][number]['nodes']): string {
  if (fits === null || count === null) return '?'
  return count > 0 && count <= MOST_NODES ? fits.join(', ') : String(count)
}

const IMAGES = { present: 'is there', as_is: 'comes from elsewhere', push: 'push', build: 'build and push' } as const

function imageRows({ images }: Plan): string[][] {
  return images.map(({ action, layers, bytes, what, reference, steps }) => {
    const size = bytes === null ? 'size not known yet' : formatBytes(bytes)
    const part = layers === null ? '' : ` in ${layers.missing} of ${counted(layers.total, 'layer')}`
    const sent = action === 'push' || action === 'build' ? `${size}${part}` : ''
    return [IMAGES[action], sent, what, reference, steps.join(', ')]
  })
}

function uploadRows({ uploads }: Plan): string[][] {
  return uploads
    .filter(({ missingBytes }) => missingBytes > 0)
    .map(({ kind, name, key, files, missingBytes }) => [
      'upload',
      kind,
      name,
      formatBytes(missingBytes),
      counted(files, 'file'),
      key,
    ])
}

function objectRows({ objects }: Plan): string[][] {
  return objects.map(({ action, kind, name, because }) => [action, kind, name, because])
}

function limitRows({ steps }: Plan): string[][] {
  return steps.flatMap(({ name, limits }) =>
    limits.filter(({ there, here }) => there && !here).map(({ limit }) => [name, limit]),
  )
}

function codeRows({ portability }: Plan): string[][] {
  return portability.map(({ file, line, text, found, fix }) => [
    `${file}:${line}`,
    cutText(text, WIDEST),
    found,
    `fix: ${fix}`,
  ])
}

function checkText({ checks }: Plan): string {
  const order = { failed: 0, warning: 1, skipped: 2, passed: 3 } as const
  const told = checks
    .filter(({ status }) => status !== 'passed')
    .toSorted((one, other) => order[one.status] - order[other.status])
  const passed = checks.length - told.length
  const rows = told.map(({ status, title, step, found, fix }) => {
    const where = step === null ? '' : ` (${step})`
    const help = fix === null ? '' : `\n           fix: ${plainText(fix)}`
    return `  ${status.padEnd(7)}  ${title}${where}: ${plainText(found)}${help}\n`
  })
  return `checks: ${passed} of ${checks.length} passed\n${rows.join('')}`
}
