import type { Command } from 'commander'
import { collect, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

/** `push` and `pushed`. */
export function addPushCommands({ add, run, outcome }: Setup): void {
  add('push <file>', 'put all of a pipeline into a cluster, where it can be started without this machine', [
    'minisub push pipeline.yaml --target lab',
    'minisub push pipeline.yaml --target lab --run',
    'minisub push pipeline.yaml --target lab --schedule "0 6 * * *" --time-zone Europe/Berlin',
    'minisub push pipeline.yaml --target lab --undo',
    'minisub push wine --target lab --remove',
  ])
    .requiredOption('--target <name>', 'a cluster target, see minisub target list')
    .option('-p, --param <key=value>', 'set a parameter; may be repeated', collect)
    .option('--params <file>', 'read parameters from a YAML or JSON file; -p wins')
    .option('--run', 'then start a run there and show its progress, as minisub run does')
    .option('--detach', 'with --run: return as soon as the run has begun')
    .option('--schedule <expr>', 'then start it by the clock: minute hour day-of-month month day-of-week, or @daily, …')
    .option('--time-zone <zone>', "with --schedule: IANA name of the clock's time zone (default: that of this machine)")
    .option('--schedule-name <name>', 'with --schedule: its name (default: that of the pipeline)')
    .option('--undo', 'go back to the version that was pushed before the current one')
    .option('--remove', 'remove all of it that nothing else needs; images stay in the registry')
    .option('--alone', 'with --remove: nobody else has it in this bucket any more, whatever is noted there')
    .option('--schedules', 'with --remove: delete the schedules that start it there too')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await import('./commands/push.ts')).pushCommand(file, options, context))
    })
  add('pushed', 'list what was pushed to a cluster, by whom and when', [
    'minisub pushed --target lab',
    'minisub pushed --target lab --json',
  ])
    .requiredOption('--target <name>', 'a cluster target, see minisub target list')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await import('./commands/pushed.ts')).pushedCommand(options, context))
    })
}
