import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/secrets.ts')

/** The group `secret`. */
export function addSecretCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('secret', 'set, list and delete secrets, which steps get as variables', [
      'minisub secret set registry token',
      'minisub secret list',
    ]),
  )
  sub('set <name> <key>', 'keep a value: typed without being shown, or from stdin', [
    'minisub secret set registry token',
    'minisub secret set registry token < token.txt',
    'pass show registry | minisub secret set registry token',
  ])
    // Counted by hand, so that the sentence can say why a value has no place here.
    .allowExcessArguments(true)
    .allowUnknownOption()
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, name: string, key: string) {
      const given = { name, key, hasMore: this.args.length > 2 }
      await run(this, async (context) => (await load()).setSecretCommand(given, context))
    })
  sub('list', 'list names and keys, and where each value is kept', ['minisub secret list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listSecretsCommand(options, context))
    })
  sub('delete <name> [key]', 'delete a key, or a secret with all its keys', [
    'minisub secret delete registry token',
    'minisub secret delete registry',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, name: string, key: string | undefined) {
      await run(this, async (context) => (await load()).deleteSecretCommand(name, key, context))
    })
}
