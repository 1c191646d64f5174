import { isFinalRun } from '#core/contract/events.ts'
import type { LogPageView, RunView } from '#core/contract/run.ts'
import type { Client } from '#core/client/index.ts'
import { connect } from '#core/cli/connect.ts'
import { print, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { stepRunName } from '#core/cli/plain-lines.ts'
import { parseStepAddress, stepRunsOf } from '#core/cli/step-address.ts'
import { colouredLine } from '#core/cli/text.ts'

const PAGE_BYTES = 1_048_576
const FOLLOWED_AT_ONCE = 32

export type LogsOptions = { readonly item?: string; readonly attempt?: string; readonly follow?: boolean }
type Source = { readonly step: string; readonly item: number | null; readonly attempt?: number | undefined }
type Printer = (source: Source, page: LogPageView) => Promise<void>

/** `minisub logs RUN [STEP]`. */
export async function logsCommand(
  run: string,
  step: string | undefined,
  options: LogsOptions & Context,
): Promise<number> {
  const attempt = options.attempt === undefined ? undefined : wholeNumber('--attempt', options.attempt, 1)
  const client = await connect(options.home)
  const view = await client.showRun({ run })
  const chosen = step === undefined ? undefined : stepRunsOf(view, parseStepAddress(step, options.item))
  const printPage = printer(options.json, chosen === undefined || chosen.length > 1)
  if (chosen === undefined && options.follow === true && !isFinalRun(view.status)) {
    await followAll(client, view, printPage)
    return EXIT.succeeded
  }
  for (const one of chosen ?? view.steps) {
    // Without an explicit wish, a step run that has nothing to say is passed over.
    if (chosen?.length !== 1 && one.attempts === 0 && options.follow !== true) continue
    const source = { step: one.name, item: one.item?.index ?? null, attempt }
    await (options.follow === true
      ? follow(client, view.id, { source, printPage })
      : printAll(client, view.id, { source, printPage }))
  }
  return EXIT.succeeded
}

type Job = { readonly source: Source; readonly printPage: Printer }

async function printAll(client: Client, run: string, { source, printPage }: Job): Promise<void> {
  for (let from = 0; ;) {
    const page = await client.readLog({ ...input(run, source), from, maxBytes: PAGE_BYTES })
    await printPage(source, page)
    if (page.end || page.next === from) return
    from = page.next
  }
}

async function follow(client: Client, run: string, { source, printPage }: Job): Promise<void> {
  for await (const page of client.followLog({ ...input(run, source), maxBytes: PAGE_BYTES }))
    await printPage(source, page)
}

function input(run: string, source: Source) {
  return { run, step: source.step, item: source.item ?? undefined, attempt: source.attempt }
}

/** Follows every attempt as it begins; attempts that run at the same time are interleaved line by line. */
async function followAll(client: Client, view: RunView, printPage: Printer): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const batch of client.events(view.id)) {
    for (const event of batch) {
      if (event.kind !== 'attempt.started') continue
      while (running.size >= FOLLOWED_AT_ONCE) await Promise.race(running)
      const source = { step: event.step, item: event.item, attempt: event.attempt }
      const job = follow(client, view.id, { source, printPage }).finally(() => running.delete(job))
      running.add(job)
    }
  }
  await Promise.all(running)
}

function printer(json: boolean, prefixed: boolean): Printer {
  return async (source, page) => {
    const name = stepRunName(source.step, source.item)
    const lines = page.lines.map((line) => {
      if (json) return JSON.stringify({ step: source.step, item: source.item, attempt: page.attempt, ...line })
      const text = process.stdout.isTTY ? colouredLine(line.text) : line.text
      return prefixed ? `${name} | ${text}` : text
    })
    if (lines.length > 0) await print(`${lines.join('\n')}\n`)
  }
}
