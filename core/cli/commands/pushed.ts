import type { PushedVersion } from '#core/contract/pushed.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, localTime, plainText } from '#core/cli/text.ts'

const DIGITS = 12
const HEADS = ['', 'PIPELINE', 'TEMPLATE', 'DIGEST', 'BY', 'AT', 'SCHEDULES']

/** `minisub pushed`. */
export async function pushedCommand({ target }: { readonly target: string }, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { pushed, faults } = await client.listPushes({ target })
  if (context.json) await printJson({ pushed, faults })
  else if (pushed.length + faults.length === 0) {
    await print(`nothing was pushed to ${target}: do it with \`minisub push pipeline.yaml --target ${target}\`\n`)
  } else if (pushed.length > 0) await print(columns([HEADS, ...pushed.map(rowOf)]))
  for (const { message } of context.json ? [] : faults) say(plainText(message))
  return EXIT.succeeded
}

/** The current version of each pipeline has a star. */
function rowOf({ isCurrent, pipeline, template, ...version }: PushedVersion): string[] {
  const { pipelineDigest, pushedBy, pushedAt, schedules, isMissing } = version
  const names = schedules.length === 0 ? '-' : schedules.join(' ')
  const digest = pipelineDigest.slice(0, DIGITS)
  const name = isMissing === true ? `${template} (gone)` : template
  return [isCurrent ? '*' : '', pipeline, name, digest, plainText(pushedBy), localTime(pushedAt), names]
}
