import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, localTime, plainText } from '#core/cli/text.ts'

/** `minisub token list`. */
export async function listTokensCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { folderToken, tokens } = await client.listAccess()
  if (context.json) await printJson({ folderToken, tokens })
  else {
    say(`the token of the data folder is in ${folderToken.file}, since ${localTime(folderToken.createdAt)}`)
    const rows = tokens.map((token) => [
      plainText(token.name),
      localTime(token.createdAt),
      token.lastUsedAt === null ? 'never' : localTime(token.lastUsedAt),
      token.id,
    ])
    await print(rows.length === 0 ? 'no tokens\n' : columns([['NAME', 'CREATED', 'LAST USED', 'ID'], ...rows]))
  }
  return EXIT.succeeded
}

/** `minisub token create NAME`: the token alone goes to stdout. */
export async function createTokenCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const token = await client.createToken({ name })
  if (context.json) await printJson(token)
  else {
    await print(`${token.token}\n`)
    say('this token is shown only once: keep it where the program finds it, and end it with `minisub token revoke`')
  }
  return EXIT.succeeded
}

/** `minisub token revoke NAME`; an id will do too. */
export async function revokeTokenCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { tokens } = await client.listAccess()
  const found = tokens.find((token) => token.name === name) ?? tokens.find((token) => token.id === name)
  if (found === undefined) {
    const names = tokens.map((token) => plainText(token.name))
    throw new Problem('not_found', `there is no token named ${plainText(name)}${didYouMean(name, names)}`)
  }
  await client.revokeToken({ token: found.id })
  await (context.json ? printJson({ revoked: found.id }) : print(`revoked ${plainText(found.name)}\n`))
  return EXIT.succeeded
}

/** `minisub token renew`. */
export async function renewTokenCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { folderToken } = await client.renewFolderToken()
  await (context.json ? printJson({ folderToken }) : print(`renewed ${folderToken.file}\n`))
  return EXIT.succeeded
}

/** `minisub session list`. */
export async function listSessionsCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { sessions } = await client.listAccess()
  if (context.json) await printJson({ sessions })
  else {
    const rows = sessions.map((session) => [
      session.id,
      plainText(session.agent),
      ...[session.createdAt, session.lastUsedAt, session.expiresAt].map(localTime),
    ])
    const head = ['ID', 'BROWSER', 'OPENED', 'LAST USED', 'ENDS']
    await print(rows.length === 0 ? 'no sessions: `minisub open` opens one\n' : columns([head, ...rows]))
  }
  return EXIT.succeeded
}

/** `minisub session revoke ID`. */
export async function revokeSessionCommand(id: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  await client.revokeSession({ session: id })
  await (context.json ? printJson({ revoked: id }) : print(`ended ${id}\n`))
  return EXIT.succeeded
}
