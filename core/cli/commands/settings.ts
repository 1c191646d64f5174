import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, plainText } from '#core/cli/text.ts'
import type { SettingView } from '#core/contract/settings.ts'

/** `minisub settings list`. */
export async function listSettingsCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.listSettings()
  for (const warning of view.warnings) say(`warning: ${view.file}: ${plainText(warning)}`)
  if (context.json) await printJson(view)
  else {
    const rows = view.settings.map((setting) => [setting.key, shown(setting), sourceOf(setting), setting.description])
    await print(columns([['SETTING', 'VALUE', 'FROM', 'IS'], ...rows]))
  }
  return EXIT.succeeded
}

/** `minisub settings get KEY`: the value alone. */
export async function getSettingCommand(key: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { settings } = await client.listSettings()
  const found = settings.find((setting) => setting.key === key)
  if (found === undefined) {
    const keys = settings.map((setting) => setting.key)
    throw new Problem('unknown_setting', `there is no setting "${plainText(key)}"${didYouMean(key, keys)}`)
  }
  await (context.json ? printJson(found) : print(`${String(found.value)}\n`))
  return EXIT.succeeded
}

/** `minisub settings set KEY VALUE`. */
export async function setSettingCommand(key: string, value: string, context: Context): Promise<number> {
  const client = await connect(context.home)
  return tellSetting(await client.setSetting({ key, value }), context)
}

/** `minisub settings unset KEY`. */
export async function unsetSettingCommand(key: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  return tellSetting(await client.unsetSetting({ key }), context)
}

async function tellSetting(setting: SettingView, { json }: Context): Promise<number> {
  if (setting.source === 'variable') {
    say(`the core was started with ${setting.variable}, which wins as long as that core runs`)
  }
  await (json ? printJson(setting) : print(`${setting.key} is ${shown(setting)} (${sourceOf(setting)})\n`))
  return EXIT.succeeded
}

function shown({ value }: SettingView): string {
  return value === '' ? '(empty)' : plainText(String(value))
}

function sourceOf({ source, variable }: SettingView): string {
  return source === 'variable' ? variable : source
}
