import type { Command } from 'commander'
import { JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/targets.ts')

/** The command `targets`. */
export function addTargetCommands({ add, run }: Setup): void {
  add('targets', 'list where runs can be started, and what keeps a target from being ready', [
    'minisub targets',
    'minisub run pipeline.yaml --target docker',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listTargetsCommand(options, context))
    })
}
