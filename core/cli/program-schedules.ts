import type { Command } from 'commander'
import { adderTo, collect, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/schedules.ts')

/** The group `schedule`. */
export function addScheduleCommands({ add, run, outcome }: Setup): void {
  const sub = adderTo(
    add('schedule', 'start a pipeline by the clock, while the core runs or by a cluster', [
      'minisub schedule add pipeline.yaml --cron "0 6 * * *"',
      'minisub schedule list',
      'minisub schedule pause wine',
    ]),
  )
  sub('add <file>', 'start a pipeline by the clock from now on', [
    'minisub schedule add pipeline.yaml --cron "0 6 * * MON-FRI" --timezone Europe/Berlin',
    'minisub schedule add pipeline.yaml --cron @hourly --name wine-hourly -p depth=4 --overlap replace',
  ])
    .requiredOption('--cron <expr>', 'minute hour day-of-month month day-of-week, or @hourly, @daily, @weekly, …')
    .option('--name <name>', 'its name (default: that of the pipeline)')
    .option('--timezone <zone>', "IANA name of the clock's time zone (default: that of this machine)")
    .option('--overlap <how>', 'while a run of it goes on: allow, forbid or replace', 'forbid')
    .option('--starting-deadline <time>', 'how late a run may begin; later it is missed', '10m')
    .option('-p, --param <key=value>', 'set a parameter; may be repeated', collect)
    .option('--params <file>', 'read parameters from a YAML or JSON file; -p wins')
    .option('--target <name>', 'where to run: process, docker or a cluster', 'process')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load()).addScheduleCommand(file, options, context))
    })
  sub('list', 'list schedules with their next times', ['minisub schedule list', 'minisub schedule list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listSchedulesCommand(options, context))
    })
  sub('show <name>', 'show a schedule with what became of its latest times', ['minisub schedule show wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).showScheduleCommand(name, options, context))
    })
  addVerbs({ run, add: sub })
}

function addVerbs({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  add('pause <name>', 'let a schedule rest: nothing is due and nothing is missed', ['minisub schedule pause wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).pauseScheduleCommand(name, options, context))
    })
  add('resume <name>', 'let a paused schedule go on from now', ['minisub schedule resume wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).resumeScheduleCommand(name, options, context))
    })
  add('sync <name>', 'give its cluster the pipeline as it is now', ['minisub schedule sync wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).syncScheduleCommand(name, options, context))
    })
  add('delete <name>', 'delete a schedule and its record; its runs stay', ['minisub schedule delete wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).deleteScheduleCommand(name, options, context))
    })
}
