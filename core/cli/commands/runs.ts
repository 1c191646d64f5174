import type { Client } from '#core/client/index.ts'
import { RUN_STATUSES, type RunStatus } from '#core/contract/events.ts'
import { isFinalMove } from '#core/contract/move.ts'
import type { RunView, StepView } from '#core/contract/run.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { lostConnection, sayIfLost } from '#core/cli/lost-connection.ts'
import { duration, outputText, summaryText } from '#core/cli/run-report.ts'
import { nameOf } from '#core/cli/step-address.ts'
import { columns, localTime, plainText } from '#core/cli/text.ts'
import { asksForTracked, trackedRunsCommand, type TrackedRunsOptions } from './tracked-runs.ts'

const PAGE = 500

export type RunsOptions = TrackedRunsOptions & {
  readonly status?: string
  readonly pipeline?: string
  readonly search?: string
}

/** `minisub runs`: runs of pipelines, or what was tracked. */
export async function runsCommand(options: RunsOptions, context: Context): Promise<number> {
  if (asksForTracked(options)) return trackedRunsCommand(withoutOthers(options), context)
  const limit = wholeNumber('--limit', options.limit, 1)
  const filter = {
    pipeline: options.pipeline,
    search: options.search,
    status: options.status === undefined ? undefined : runStatus(options.status),
  }
  const client = await connect(context.home)
  const runs = []
  let before: string | undefined
  do {
    const page = await client.listRuns({ ...filter, limit: Math.min(PAGE, limit - runs.length), before })
    runs.push(...page.runs)
    before = page.next ?? undefined
  } while (before !== undefined && runs.length < limit)
  if (context.json) await printJson({ runs })
  else if (runs.length === 0) await print('no runs\n')
  else {
    const rows = runs.map((run) => [
      run.id,
      run.pipeline,
      run.status,
      duration(run),
      localTime(run.createdAt),
      run.movedTo === undefined ? run.target : `${run.target} -> ${run.movedTo.target}`,
    ])
    await print(columns([['RUN', 'PIPELINE', 'STATUS', 'TIME', 'CREATED', 'TARGET'], ...rows]))
  }
  return EXIT.succeeded
}

/** Throws Problem `usage` for what is asked of runs of pipelines together with what is asked of tracked ones. */
function withoutOthers(options: RunsOptions): TrackedRunsOptions {
  const other = (['status', 'pipeline', 'search'] as const).find((name) => options[name] !== undefined)
  if (other === undefined) return options
  const fix = 'say it in the filter, such as --filter "attributes.status = \'FAILED\'"'
  throw new Problem('usage', `--${other} is of runs of pipelines and not of tracked ones: ${fix}`)
}

/** `minisub show RUN`. */
export async function showCommand(run: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.showRun({ run })
  const { notice } = await client.showGraph({ run: view.id })
  if (notice !== null) say(lostConnection(notice))
  const move = await moveLine(client, view)
  if (move !== null) say(move)
  if (context.json) await printJson(view)
  else await print(`${summaryText(view)}digest: ${view.pipelineDigest}\n\n${stepTable(view)}`)
  return EXIT.succeeded
}

/** What became of the wish that a run goes on elsewhere, while that is open or where it failed. */
async function moveLine(client: Client, { id }: RunView): Promise<string | null> {
  try {
    const { target, state, problem } = await client.showMove({ run: id })
    const again = `minisub move ${id} --target ${target}`
    if (problem !== null) return `its move to ${target} failed: ${plainText(problem.message)}; ${again} tries again`
    return isFinalMove(state) ? null : `it is being moved to ${target} (${state}): ${again} follows it`
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return null
    throw error
  }
}

/** `minisub cancel RUN`: returns when the run has ended. */
export async function cancelCommand(
  run: string,
  { force }: { readonly force?: boolean },
  context: Context,
): Promise<number> {
  const client = await connect(context.home)
  const { id } = await client.showRun({ run })
  await client.cancelRun({ run: id, ...(force === true && { force }) })
  for await (const batch of client.events(id)) {
    if (batch.some((event) => event.kind === 'run.finished')) break
    sayIfLost(batch)
  }
  const view = await client.showRun({ run: id })
  await (context.json ? printJson(view) : print(summaryText(view)))
  return EXIT.succeeded
}

function stepTable(view: RunView): string {
  const rows = view.steps.map((step) => [
    nameOf(step),
    step.status,
    duration(step),
    String(step.attempts),
    stepNote(step),
  ])
  return columns([['STEP', 'STATUS', 'TIME', 'ATTEMPTS', 'OUTPUTS OR REASON'], ...rows])
}

function stepNote(step: StepView): string {
  const outputs = Object.entries(step.outputs).map(([name, value]) => `${name} = ${outputText(value)}`)
  return [...(step.reason === null ? [] : [plainText(step.reason)]), ...outputs].join(', ')
}

function runStatus(text: string): RunStatus {
  const found = RUN_STATUSES.find((status) => status === text)
  if (found === undefined) throw new Problem('usage', `--status: no run is "${text}"${didYouMean(text, RUN_STATUSES)}`)
  return found
}
