import { Problem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { StepFailure } from '#core/contract/failures.ts'
import type { StepDetail } from '#core/contract/run.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { duration } from '#core/cli/run-report.ts'
import { nameOf, parseStepAddress, stepRunsOf } from '#core/cli/step-address.ts'
import { columns, plainText } from '#core/cli/text.ts'

/** `minisub why RUN STEP`. */
export async function whyCommand(
  run: string,
  text: string,
  context: Context & { readonly item?: string },
): Promise<number> {
  const address = parseStepAddress(text, context.item)
  const client = await connect(context.home)
  const view = await client.showRun({ run })
  const steps = stepRunsOf(view, address)
  const first = steps[0]
  if (first === undefined) throw new Error(`no step run of ${text}`)
  if (steps.length > 1)
    throw new Problem('usage', `"${address.step}" is a fan-out: name one item, such as ${nameOf(first)}`)
  const place = { run: view.id, step: first.name, item: first.item?.index }
  const [detail, failure] = await Promise.all([client.showStep(place), client.explainStep(place)])
  if (context.json) await printJson({ ...detail, failure })
  else await print(columns(whyRows(detail, failure)))
  return EXIT.succeeded
}

function whyRows(detail: StepDetail, { explanation }: StepFailure): string[][] {
  const { view, cache } = detail
  const rows = [
    ['step', nameOf(view)],
    ['status', view.status],
  ]
  const add = (label: string, text: string | null | undefined): void => {
    if (text !== null && text !== undefined && text !== '') rows.push([label, plainText(text)])
  }
  add('reason', view.reason)
  add('happened', explanation?.sentence)
  add('cause', explanation?.cause)
  add('fix', explanation?.fix)
  add('log line', explanation === null ? null : quoteOf(explanation))
  add('cache', cache.reason)
  for (const difference of cache.differences) add('differs', difference)
  add('command', detail.command.map((part) => (/^[\w./:=@%+-]+$/.test(part) ? part : JSON.stringify(part))).join(' '))
  add('environment', detail.environment === null ? null : `${detail.environment.name} ${detail.environment.digest}`)
  add('asks for', asked(detail))
  add('step key', view.stepKey)
  add('attempts', String(view.attempts))
  add('exit code', view.exitCode === null ? null : String(view.exitCode))
  add('time', duration(view))
  add('CPU time', detail.cpuSeconds === null ? null : `${detail.cpuSeconds.toFixed(2)} s`)
  add('peak memory', detail.peakMemoryBytes === null ? null : formatBytes(detail.peakMemoryBytes))
  add('not enforced', detail.notEnforced.join(', '))
  return rows
}

function asked({ resources, network }: StepDetail): string {
  const { cpu, memoryBytes, gpu, pids, shmBytes } = resources
  const parts = [
    cpu === undefined ? '' : `${cpu} CPU`,
    memoryBytes === undefined ? '' : `${formatBytes(memoryBytes)} of memory`,
    gpu === undefined ? '' : `${gpu} GPU`,
    pids === undefined ? '' : `${pids} processes and threads`,
    shmBytes === undefined ? '' : `${formatBytes(shmBytes)} of shared memory`,
    network ? '' : 'no network',
  ]
  return parts.filter(Boolean).join(', ')
}

/** The line of the log with its number; what is told elsewhere stands in the reason. */
function quoteOf({ logLine, quote }: NonNullable<StepFailure['explanation']>): string | null {
  return logLine === null || quote === null ? null : `${logLine}: ${quote}`
}
