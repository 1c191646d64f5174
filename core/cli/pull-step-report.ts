import { formatBytes } from '#core/base/quantity.ts'
import type { CodeChange, PulledStep, RerunReport } from '#core/contract/pulled-step.ts'
import { stepRunName } from './plain-lines.ts'
import { columns, counted, plainText, shellWord } from './text.ts'

/** What was brought, for people. */
export function pulledText({ folder, isNew, facts, notes }: PulledStep): string {
  const name = stepRunName(facts.step, facts.item?.index ?? null)
  const { end, image, environment, inputs } = facts
  const rows = [
    ['step', `${name}, attempt ${facts.attempt} of run ${facts.run} on ${facts.target}`],
    ['folder', isNew ? folder : `${folder} (was there already; --force makes it anew)`],
    ['ended', [end.outcome, end.reason ?? '', end.lastLine ?? ''].filter(Boolean).join(': ')],
    ['inputs', inputs.map((it) => `${it.name} (${it.kind}, ${formatBytes(it.bytes)})`).join(', ') || 'none'],
    ['image', image === null ? '' : `${image.reference ?? image.digest} for ${image.platform}`],
    ['environment', environment === null ? '' : `${environment.name} ${environment.digest.slice(0, 12)}`],
    ['step key', facts.stepKey],
    ...notes.map((note) => ['note', note]),
  ]
  return columns(rows.filter(([, text]) => text !== '').map(([label = '', text = '']) => [label, plainText(text)]))
}

/** How it went here, for people. */
export function rerunText({ run, target, sentence, key }: RerunReport): string {
  const differs = key.differs.map(plainText).join('; ')
  const keys = key.isEqual
    ? 'the step key is that of there'
    : `the step key is another one: ${differs || 'it did not begin'}`
  return columns([
    ['rerun', `run ${run} on ${target}`],
    ['result', plainText(sentence)],
    ['key', keys],
  ])
}

/** The files that were changed, one a line. */
export function changesText(changes: readonly CodeChange[]): string {
  return changes.map(({ path, change }) => `  ${change.padEnd(7)}  ${plainText(path)}\n`).join('')
}

type Named = {
  readonly run: string
  readonly step: string
  readonly item: number | undefined
  readonly into: string | undefined
}

/** What was changed in the shell, and the command that brings it to the pipeline. */
export function afterShellText(changes: readonly CodeChange[], { run, step, item, into }: Named): string {
  if (changes.length === 0) return 'the code is as it was in the run\n'
  const name = shellWord(stepRunName(step, item ?? null))
  const where = into === undefined ? '' : ` --into ${shellWord(into)}`
  const command = `minisub pull-step ${run} ${name}${where} --apply`
  return `${counted(changes.length, 'file')} of the code changed:\n${changesText(changes)}to take them over: ${command}\n`
}
