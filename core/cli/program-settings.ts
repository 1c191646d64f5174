import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/settings.ts')

/** The group `settings`. */
export function addSettingCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('settings', 'show and change settings of the data folder', [
      'minisub settings list',
      'minisub settings set docker.host tcp://engine:2376',
    ]),
  )
  sub('list', 'list all settings with their values and where these come from', ['minisub settings list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listSettingsCommand(options, context))
    })
  sub('get <key>', 'print the value of one setting', ['minisub settings get docker.host'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (key: string, options, command: Command) => {
      await run(command, async (context) => (await load()).getSettingCommand(key, options, context))
    })
  sub('set <key> <value>', 'set a setting', [
    'minisub settings set docker.buildNetwork host',
    "minisub settings set docker.pythonBaseImage 'mirror.example/python:<version>-slim'",
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, key: string, value: string) {
      await run(this, async (context) => (await load()).setSettingCommand(key, value, context))
    })
  sub('unset <key>', 'go back to the default of a setting', ['minisub settings unset docker.host'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (key: string, options, command: Command) => {
      await run(command, async (context) => (await load()).unsetSettingCommand(key, options, context))
    })
}
