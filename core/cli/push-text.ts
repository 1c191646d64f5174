import { formatBytes } from '#core/base/quantity.ts'
import type { PushChange } from '#core/contract/pushed.ts'
import type { PushResult, RemovedPush } from '#core/contract/pushes.ts'
import { counted, localTime, plainText } from './text.ts'

const SHOWN_CHANGES = 20

/** What a push has done, for people: what was made, what was there, what was sent, and what is new in it. */
export function pushText(result: PushResult, target: string): string {
  const { version, changed, objects, schedule, changes } = result
  const { pipeline, template, pushedBy, pushedAt } = version
  const what = `${pipeline} on ${target} as ${template}`
  const earlier = `by ${plainText(pushedBy)} at ${localTime(pushedAt)}`
  const head = changed ? `pushed ${what}` : `${what} was pushed before, ${earlier}: nothing was changed`
  const lines = [
    head,
    ...objects.map(({ kind, name, isNew }) => `  ${isNew ? 'made     ' : 'was there'}  ${kind} ${name}`),
    `  sent       ${formatBytes(result.bytes)} to the bucket, ${formatBytes(result.imageBytes)} to the registry`,
    ...(schedule === null ? [] : [`  ${schedule.changed ? 'made     ' : 'was there'}  schedule ${schedule.name}`]),
    ...(changes.length === 0 ? [] : [`changed since the version before:`, ...changeLines(changes)]),
  ]
  return `${lines.join('\n')}\n`
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const

function changeLines(changes: readonly PushChange[]): string[] {
  const lines = changes.slice(0, SHOWN_CHANGES).map(({ part, name, change, before, after }) => {
    const values = change === 'changed' ? `${before ?? ''} -> ${after ?? ''}` : (after ?? before ?? '')
    return plainText(`${SIGNS[change]} ${part} ${name}: ${values}`).replace(/^/, '  ')
  })
  const more = changes.length - SHOWN_CHANGES
  return more > 0 ? [...lines, `  … and ${counted(more, 'change')} more: --json has all`] : lines
}

/** What a removal took away, and what it did not. */
export function removedText(removed: RemovedPush, target: string): string {
  const { pipeline, templates, objects, kept, images, schedules, others } = removed
  if (templates.length + objects + schedules.length + kept === 0)
    return `nothing of ${pipeline} was pushed to ${target}\n`
  const lines = [
    `removed ${pipeline} from ${target}: ${counted(templates.length, 'version')}, ${counted(objects, 'object')} of the bucket`,
    ...schedules.map((name) => `  deleted the schedule ${name}`),
    ...keptLines(kept, others),
    ...images.map((image) => plainText(`the image ${image} stays in the registry`).replace(/^/, '  ')),
  ]
  return `${lines.join('\n')}\n`
}

function keptLines(kept: number, others: readonly string[]): string[] {
  if (others.length === 0) {
    return kept === 0 ? [] : [`  ${counted(kept, 'object')} of the bucket stay: something else needs them`]
  }
  const words = plainText(others.join(', '))
  return [`  all of the bucket stays: it was pushed elsewhere too, ${words}; --alone removes it where that is gone`]
}
