import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '#core/client/index.ts'
import type { ConformanceReport, ConformanceResult, ConformanceView } from '#core/contract/conformance.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'

export type ConformanceCommandOptions = {
  readonly target: string
  readonly only?: readonly string[]
  readonly list?: boolean
}

/** `minisub conformance`; Ctrl-C gives it up and waits until nothing of it is left. Exit code 1 where a case failed. */
export async function conformanceCommand(options: ConformanceCommandOptions, context: Context): Promise<number> {
  using interrupt = openInterrupt()
  const client = await connect(context.home)
  if (options.list === true) return listCases(await client.showConformance(), context)
  const { target, only } = options
  try {
    const report = await client.runConformance(
      { target, ...(only === undefined ? {} : { only: [...only] }) },
      { onLine: (line) => say(plainText(line)), signal: interrupt.signal },
    )
    await (context.json ? printJson(report) : print(reportText(report)))
    return report.failed > 0 ? EXIT.failed : EXIT.succeeded
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    await untilGone(client, target)
    say('cancelled')
    return EXIT.cancelled
  }
}

async function listCases(view: ConformanceView, context: Context): Promise<number> {
  if (context.json) await printJson(view)
  else {
    const { reports } = view
    const rows = view.cases.map(({ name, group, description }) => [
      name,
      group,
      ...reports.map((report) => report.cases.find((it) => it.name === name)?.status ?? '-'),
      description,
    ])
    const targets = reports.map(({ target }) => target.toUpperCase())
    await print(columns([['CASE', 'GROUP', ...targets, 'HOLDS WHEN IT PASSES'], ...rows]))
  }
  return EXIT.succeeded
}

function reportText({ target, cases, ...counts }: ConformanceReport): string {
  const groups = [...new Set(cases.map(({ group }) => group))]
  const rows = groups.map((group) => {
    const ofGroup = cases.filter((it) => it.group === group)
    const count = (status: ConformanceResult['status']): string =>
      String(ofGroup.filter((it) => it.status === status).length)
    return [group, count('passed'), count('failed'), count('skipped')]
  })
  const others = cases
    .filter(({ status }) => status !== 'passed')
    .map(({ name, status, reason }) => `${status} ${name}: ${plainText(reason ?? '')}\n`)
  const total = `${target}: ${counted(counts.passed, 'case')} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`
  return `${columns([['GROUP', 'PASSED', 'FAILED', 'SKIPPED'], ...rows])}${others.join('')}${total}`
}

const LOOK_MS = 200
const MOST_LOOKS = 600

/** The core cleans up after the connection was closed. */
async function untilGone(client: Client, target: string): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { running } = await client.showConformance()
    if (!running.some((it) => it.target === target)) return
    await sleep(LOOK_MS)
  }
  say('the core still cleans up: wait a little before you start it again')
}
