import { formatBytes, formatCost, formatDuration, formatEnergy } from '#core/base/quantity.ts'
import { Problem } from '#core/base/problem.ts'
import type { AppliedResources, ResourceProposal, RunUsage, StepUsage } from '#core/contract/usage.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'

export type UsageOptions = { readonly apply?: boolean; readonly step?: readonly string[] }

/** `minisub usage RUN`. */
export async function usageCommand(run: string, options: UsageOptions, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { step: steps } = options
  if (options.apply === true) {
    const applied = await client.applyRunUsage({ run, ...(steps === undefined ? {} : { steps: [...steps] }) })
    await (context.json ? printJson(applied) : print(appliedText(applied)))
    return EXIT.succeeded
  }
  const usage = ofSteps(await client.showRunUsage({ run }), steps)
  await (context.json ? printJson(usage) : print(usageText(usage, steps)))
  return EXIT.succeeded
}

/** The usage with these steps alone, with all where none is named. Throws Problem `not_found`. */
export function ofSteps(usage: RunUsage, names: readonly string[] | undefined): RunUsage {
  if (names === undefined) return usage
  const unknown = names.find((name) => !usage.steps.some((step) => step.name === name))
  if (unknown !== undefined) {
    throw new Problem('not_found', `run ${usage.run} has no step "${unknown}": minisub show lists them`)
  }
  return { ...usage, steps: usage.steps.filter(({ name }) => names.includes(name)) }
}

function appliedText({ file, changed }: AppliedResources): string {
  if (changed.length === 0) return 'nothing to write: the requests are good, or too little is known\n'
  return `wrote ${file}\n${changed.map((it) => `${it.step}: ${requestText(it)}\n`).join('')}`
}

export function usageText(usage: RunUsage, names?: readonly string[]): string {
  const head = ['STEP', 'ATTEMPTS', 'QUEUE', 'START-UP', 'RUN', 'COLLECT', 'CPU ASKED', 'USED', 'MEMORY ASKED', 'PEAK']
  const prices = priceColumns(usage)
  const rows = usage.steps.map((step) => [
    step.name,
    String(step.attempts),
    ...[step.queueMs, step.startMs, step.runMs, step.collectMs].map((ms) =>
      step.attempts === 0 ? '' : formatDuration(ms),
    ),
    step.cpuAsked === null ? '' : String(step.cpuAsked),
    step.cpuUsed === null ? '' : `${step.cpuUsed.p50.toFixed(2)} / ${step.cpuUsed.p95.toFixed(2)}`,
    step.memoryAsked === null ? '' : formatBytes(step.memoryAsked),
    step.memoryPeak === null ? '' : formatBytes(step.memoryPeak),
    ...prices.map(({ of }) => of(step)),
  ])
  const { wallMs, overheadMs, cpuSeconds, isOver } = usage
  const cpu = cpuSeconds === null ? '' : `, ${cpuSeconds.toFixed(1)} s of CPU`
  const took = `${isOver ? 'took' : 'has taken'} ${formatDuration(wallMs)}, of that ${formatDuration(overheadMs)} by the engine${cpu}`
  const all = [[...head, ...prices.map(({ name }) => name)], ...rows]
  return `run ${usage.run} ${took}\n${moneyText(usage)}\n${columns(all)}${proposalsText(usage, names)}`
}

/** What it cost and drew; where no prices say so, how to have that said. */
function moneyText({ cost, energyWh, priceWords }: RunUsage): string {
  const known = [cost === null ? '' : formatCost(cost), energyWh === null ? '' : formatEnergy(energyWh)].filter(Boolean)
  return `${known.length === 0 ? '' : `${known.join(', ')}: `}${plainText(priceWords)}\n`
}

/** Columns of money and energy, as far as something is known of them. */
function priceColumns({ steps }: RunUsage): { name: string; of: (step: StepUsage) => string }[] {
  const cost = { name: 'COST', of: ({ cost: it }: StepUsage) => (it === null ? '' : formatCost(it)) }
  const energy = { name: 'ENERGY', of: ({ energyWh }: StepUsage) => (energyWh === null ? '' : formatEnergy(energyWh)) }
  return [
    ...(steps.some((step) => step.cost !== null) ? [cost] : []),
    ...(steps.some((step) => step.energyWh !== null) ? [energy] : []),
  ]
}

function proposalsText({ run, steps, isOver }: RunUsage, names: readonly string[] = []): string {
  if (!isOver) return '\nbetter requests are proposed when the run is over\n'
  const proposed = steps.filter((step): step is StepUsage & { proposal: ResourceProposal } => step.proposal !== null)
  if (proposed.length === 0) return ''
  const lines = proposed.map(({ name, proposal }) => [name, requestText(proposal), plainText(proposal.because)])
  const many = counted(proposed.length, 'step')
  return `\nbetter requests for ${many}:\n${columns(lines)}\nwrite them: minisub usage ${run} --apply${names.map((name) => ` --step ${name}`).join('')}\n`
}

function requestText({ cpu, memory }: Pick<ResourceProposal, 'cpu' | 'memory'>): string {
  return [cpu === null ? '' : `cpu ${cpu}`, memory === null ? '' : `memory ${memory}`].filter(Boolean).join(', ')
}
