import type { Command } from 'commander'
import { JSON_FLAG, type Setup } from './program-setup.ts'

/** The command `move`. */
export function addMoveCommand({ add, run }: Setup): void {
  add('move <run>', 'let a run go on on another target, keeping what succeeded', [
    'minisub move 01kc2m3n --target lab',
    'minisub move 01kc2m3n --target lab --wait',
    'minisub move 01kc2m3n --target docker --detach',
  ])
    .requiredOption('--target <name>', 'where it goes on: process, docker, or a cluster target')
    .option('--wait', 'let steps that run end first, and begin no new ones (default: stop them, they run again there)')
    .option('--parallelism <n>', 'how many steps may run at once there (default: what is usual there)')
    .option('--detach', 'return as soon as the new run has begun')
    .option(JSON_FLAG, 'print the new run as one JSON object on stdout when it has ended')
    .addHelpText(
      'after',
      '\nCtrl-C before the run is stopped gives the move up; after that the move goes on by itself, and once the new run has\nbegun Ctrl-C cancels that one.',
    )
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await import('./commands/move.ts')).moveCommand(id, options, context))
    })
}
