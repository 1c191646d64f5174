import { createColors } from 'picocolors'
import { valueText, type Json } from '#core/base/json.ts'
import { isProblem } from '#core/base/problem.ts'
import { formatBytes, formatDuration } from '#core/base/quantity.ts'
import type { Client } from '#core/client/index.ts'
import { ArtifactView, type LogPageView, type RunView, type StepView } from '#core/contract/run.ts'
import { wantsColours } from './context.ts'
import { nameOf } from './step-address.ts'
import { colouredLine, counted, plainText } from './text.ts'

const LOG_LINES = 20
/** Enough for so many lines, unless they are very long. */
const LOG_BYTES = 65_536
const SHOWN_FAILURES = 3

/** The end of a run for people: state, time, outputs, where the artifacts are. */
export function summaryText(view: RunView): string {
  const took = duration(view)
  const lines = [`${view.pipeline} ${view.id} ${view.status}${took === '' ? '' : ` in ${took}`} (${stepCounts(view)})`]
  // Of a run that did not succeed, an output may be unknown, which is written as null.
  const outputs = Object.entries(view.outputs).filter(([, value]) => value !== null || view.status === 'succeeded')
  for (const [name, value] of outputs) lines.push(`  ${name} = ${outputText(value)}`)
  if (view.steps.some((step) => Object.values(step.outputs).some((value) => ArtifactView.safeParse(value).success))) {
    lines.push(`files: minisub artifacts ${view.id}`)
  }
  const { movedTo, movedFrom } = view
  if (movedFrom !== undefined) lines.push(`moved from ${movedFrom.target}: minisub show ${movedFrom.run}`)
  if (movedTo !== undefined) lines.push(`moved to ${movedTo.target}: minisub show ${movedTo.run}`)
  else if (view.status === 'failed' || view.status === 'cancelled')
    lines.push(`go on from here: minisub resume ${view.id}`)
  return `${lines.join('\n')}\n`
}

/**
 * Why a run failed: each failed step with its reason and, as far as the core can tell them, its explanation and the end of
 * its log; empty where none failed.
 */
export async function failureText(client: Client, view: RunView): Promise<string> {
  const failed = view.steps.filter((step) => step.status === 'failed' || step.status === 'lost')
  const { bold, red, dim } = createColors(wantsColours(process.stderr))
  const parts: string[] = []
  for (const [i, step] of failed.entries()) {
    if (i === SHOWN_FAILURES) {
      parts.push(`… and ${counted(failed.length - i, 'step')} more: minisub show ${view.id}\n`)
      break
    }
    const reason = step.reason === null ? '' : `: ${plainText(step.reason)}`
    parts.push(
      `${red(`${bold(nameOf(step))} ${step.status}`)}${reason}\n`,
      await unlessProblem(whyText(client, view.id, step), ''),
    )
    const tail = await unlessProblem(logTail(client, view.id, step), [])
    for (const line of tail) parts.push(`${dim('  |')} ${process.stderr.isTTY ? colouredLine(line.text) : line.text}\n`)
    if (tail.length > 0) parts.push(dim(`  whole log: minisub logs ${view.id} ${nameOf(step)}`) + '\n')
  }
  return parts.join('')
}

/** How long a run or step took so far, for people; empty where it has not begun. */
export function duration(view: { readonly startedAt: string | null; readonly finishedAt: string | null }): string {
  if (view.startedAt === null) return ''
  const end = view.finishedAt === null ? Date.now() : Date.parse(view.finishedAt)
  return formatDuration(Math.max(0, end - Date.parse(view.startedAt)))
}

/** A value as it is, a file or folder as its kind and size. */
export function outputText(value: Json): string {
  const artifact = ArtifactView.safeParse(value)
  if (artifact.success) return `${artifact.data.type}, ${formatBytes(artifact.data.size)}`
  return plainText(valueText(value))
}

function stepCounts(view: RunView): string {
  const counts = new Map<string, number>()
  for (const step of view.steps) counts.set(step.status, (counts.get(step.status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
}

/** A run has ended as it did, whether or not more can be said of it. */
async function unlessProblem<Value>(asking: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await asking
  } catch (error) {
    if (isProblem(error)) return otherwise
    throw error
  }
}

/** What happened and what to do, where a known cause fits; empty where none does. */
async function whyText(client: Client, run: string, step: StepView): Promise<string> {
  const { explanation } = await client.explainStep({ run, step: step.name, item: step.item?.index })
  if (explanation === null) return ''
  const { sentence, cause, fix } = explanation
  return [sentence, cause, fix].map((text) => `  ${plainText(text)}\n`).join('')
}

async function logTail(client: Client, run: string, step: StepView): Promise<LogPageView['lines']> {
  if (step.attempts === 0) return []
  const at = { run, step: step.name, item: step.item?.index }
  const page = await client.readLog({ ...at, from: -LOG_BYTES, maxBytes: LOG_BYTES })
  return page.lines.slice(-LOG_LINES)
}
