import { Problem } from '#core/base/problem.ts'
import { askYes } from '#core/cli/ask-yes.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { counted, plainText } from '#core/cli/text.ts'

type AliasWish = {
  readonly model: string
  readonly alias: string
  readonly version: string | undefined
  readonly isDelete: boolean
}

/** `minisub models alias NAME ALIAS VERSION`, and with `--delete` instead of a version. */
export async function modelAliasCommand(
  { model, alias: given, version, isDelete }: AliasWish,
  context: Context,
): Promise<number> {
  if ((version === undefined) !== isDelete) {
    throw new Problem('usage', `say which version @${given} is to mean, such as 3 or latest, or add --delete`)
  }
  // It is written both ways elsewhere.
  const alias = given.startsWith('@') ? given.slice(1) : given
  const client = await connect(context.home)
  if (version === undefined) {
    await client.deleteModelAlias({ model, alias })
    await (context.json ? printJson({ deleted: alias }) : print(`deleted @${alias} of ${plainText(model)}\n`))
    return EXIT.succeeded
  }
  const before = await client.showModel({ model })
  const { version: number } = await client.showModelVersion({ model, version })
  const row = await client.setModelAlias({ model, alias, version: number })
  const old = before.aliases.find((it) => it.alias === alias)?.version
  const was = old === undefined || old === number ? '' : `, not ${old} any more`
  await (context.json ? printJson(row) : print(`@${alias} of ${plainText(model)} means version ${number}${was}\n`))
  return EXIT.succeeded
}

type DeleteWish = { readonly model: string; readonly version: string | undefined; readonly yes: boolean }

/** `minisub models delete NAME [VERSION]`: asks, since there is no trash for models. */
export async function deleteModelCommand({ model, version, yes }: DeleteWish, context: Context): Promise<number> {
  const client = await connect(context.home)
  const found = version === undefined ? undefined : await client.showModelVersion({ model, version })
  const what = found === undefined ? await modelText(client, model) : `version ${found.version} of ${plainText(model)}`
  if (!yes) {
    if (!process.stdin.isTTY) throw new Problem('usage', 'there is no terminal to ask on: add --yes')
    if (!(await askYes(`delete ${what}${aliasText(found?.aliases)}? It cannot be taken back.`))) {
      say('nothing was deleted')
      return EXIT.cancelled
    }
  }
  // By its number: an alias may mean another one since it was asked.
  if (found === undefined) await client.deleteModel({ model })
  else await client.deleteModelVersion({ model, version: String(found.version) })
  const deleted = { model, version: found?.version ?? null }
  await (context.json ? printJson({ deleted }) : print(`deleted ${what}; runs and their files stay\n`))
  return EXIT.succeeded
}

async function modelText(client: Awaited<ReturnType<typeof connect>>, model: string): Promise<string> {
  const { versions } = await client.showModel({ model })
  return `the model ${plainText(model)} with ${counted(versions, 'version')}`
}

function aliasText(aliases: readonly string[] = []): string {
  return aliases.length === 0 ? '' : ` (${aliases.map((alias) => `@${alias}`).join(', ')})`
}
