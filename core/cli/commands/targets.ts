import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, plainText } from '#core/cli/text.ts'

/** `minisub targets`. */
export async function listTargetsCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { targets } = await client.listTargets()
  if (context.json) await printJson({ targets })
  else {
    const rows = targets.map(({ name, status, description }) => [name, status, plainText(description)])
    const reasons = targets.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${plainText(reason)}\n`]))
    await print(columns([['TARGET', 'STATUS', 'IS'], ...rows]) + reasons.join(''))
  }
  return EXIT.succeeded
}
