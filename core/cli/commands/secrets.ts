import { Problem } from '#core/base/problem.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { readHiddenLine, readStdin } from '#core/cli/read-secret.ts'
import { columns, localTime, plainText } from '#core/cli/text.ts'
import type { SecretStore, SecretsView } from '#core/contract/secrets.ts'

type Given = { readonly name: string; readonly key: string; readonly hasMore: boolean }

/** `minisub secret set NAME KEY`: the value is typed, or comes from stdin, and never stands on the command line. */
export async function setSecretCommand({ name, key, hasMore }: Given, context: Context): Promise<number> {
  if (hasMore) throw onCommandLine(name, key)
  const value = process.stdin.isTTY
    ? await readHiddenLine(`value of ${plainText(name)}/${plainText(key)} (is not shown): `)
    : await readStdin()
  if (value === undefined) return EXIT.cancelled
  const client = await connect(context.home)
  const row = await client.setSecret({ name, key, value })
  if (context.json) await printJson(row)
  else await print(`${name}/${key} is kept ${placeOf(row.store, await client.listSecrets())}\n`)
  return EXIT.succeeded
}

/** `minisub secret list`. */
export async function listSecretsCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.listSecrets()
  if (context.json) await printJson(view)
  else if (view.secrets.length === 0) await print('no secrets: set one with `minisub secret set NAME KEY`\n')
  else {
    const rows = view.secrets.map(({ name, key, store, updatedAt }) => [name, key, store, localTime(updatedAt)])
    await print(columns([['NAME', 'KEY', 'KEPT IN', 'SET'], ...rows]))
    await print(`\na new value is kept ${placeOf(view.store, view)}\n`)
  }
  return EXIT.succeeded
}

/** `minisub secret delete NAME [KEY]`. */
export async function deleteSecretCommand(name: string, key: string | undefined, context: Context): Promise<number> {
  const client = await connect(context.home)
  await (key === undefined ? client.deleteSecret({ name }) : client.deleteSecretKey({ name, key }))
  const deleted = key === undefined ? { name } : { name, key }
  await (context.json ? printJson({ deleted }) : print(`deleted ${[name, key].filter(Boolean).join('/')}\n`))
  return EXIT.succeeded
}

function placeOf(store: SecretStore, { keychain, app, file }: SecretsView): string {
  if (store === 'keychain') return `by the keychain of this system (${keychain ?? 'now away'})`
  const encrypted = `encrypted in ${plainText(file)}`
  if (store === 'app') return `${encrypted} by the desktop app, which alone can read it (${app?.backend ?? 'now away'})`
  const weak =
    app?.isStrong === false ? ` (the app lends ${app.backend}, whose key everybody knows: it is not used)` : ''
  return `${encrypted}: who can read your files can read it${weak}`
}

function onCommandLine(name: string, key: string): Problem {
  const cause = 'a value on the command line can be read by every program of this machine and stays in the history'
  const command = `minisub secret set ${plainText(name)} ${plainText(key)}`
  return new Problem('usage', `${cause} of your shell: use \`${command}\` and type it, or give it on stdin`)
}
