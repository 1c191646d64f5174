import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = {
  open: () => import('./commands/open.ts'),
  access: () => import('./commands/access.ts'),
} as const

/** `minisub open`, and the groups `token` and `session`. */
export function addAccessCommands(setup: Setup): void {
  const { add, run } = setup
  add('open', 'open the page in the browser', ['minisub open', 'minisub open --print'])
    .option('--print', 'only print the address, which is good once, for 60 seconds')
    .option(JSON_FLAG, 'print {url}, as --print does')
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.open()).openCommand(options, context))
    })
  addTokenCommands(setup)
  addSessionCommands(setup)
}

function addTokenCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('token', 'list, make and revoke tokens of programs', ['minisub token list', 'minisub token create prometheus']),
  )
  sub('list', 'list the tokens of programs', ['minisub token list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.access()).listTokensCommand(options, context))
    })
  sub('create <name>', 'make a token for a program; it is shown this once', [
    'minisub token create prometheus',
    'minisub token create prometheus > prometheus.token',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load.access()).createTokenCommand(name, options, context))
    })
  sub('revoke <name>', 'end a token; its connections are closed at once', ['minisub token revoke prometheus'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load.access()).revokeTokenCommand(name, options, context))
    })
  sub('renew', 'replace the token of the data folder; who holds the old one is refused', ['minisub token renew'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.access()).renewTokenCommand(options, context))
    })
}

function addSessionCommands({ add, run }: Setup): void {
  const sub = adderTo(add('session', 'list and end sessions of browsers', ['minisub session list']))
  sub('list', 'list the browsers that may talk to the core', ['minisub session list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.access()).listSessionsCommand(options, context))
    })
  sub('revoke <id>', 'end a session; its connections are closed at once', [
    'minisub session revoke 01kc2m3n4p5q6r7s8t9v0wxyza',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.access()).revokeSessionCommand(id, options, context))
    })
}
