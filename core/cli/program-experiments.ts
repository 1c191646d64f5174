import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/experiments.ts')

/** The group `experiments`. */
export function addExperimentCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('experiments', 'list experiments, and rename, delete and restore them', [
      'minisub experiments',
      'minisub experiments show wine',
      "minisub runs --experiment wine --filter 'metrics.loss < 0.3'",
    ]),
  )
  const examples = [
    'minisub experiments',
    'minisub experiments list --search wine',
    'minisub experiments list --deleted',
  ]
  sub('list', 'list experiments, those that ran last first', examples, { isDefault: true })
    .option('--limit <n>', 'how many at most', '50')
    .option('--search <text>', 'only those that have this in their name')
    .option('--deleted', 'those that are in the trash')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listExperimentsCommand(options, context))
    })
  sub('show <experiment>', 'show an experiment, by its name or id', ['minisub experiments show wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).showExperimentCommand(name, options, context))
    })
  addChanges({ run, add: sub })
}

function addChanges({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  add('rename <experiment> <name>', 'give an experiment another name', ['minisub experiments rename wine wine-2026'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, experiment: string, name: string) {
      await run(this, async (context) => (await load()).renameExperimentCommand(experiment, name, context))
    })
  add('delete <experiment>', 'put an experiment with its runs into the trash', ['minisub experiments delete wine'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).deleteExperimentCommand(name, options, context))
    })
  add('restore <id>', 'take an experiment out of the trash with the runs that went with it', [
    'minisub experiments list --deleted',
    'minisub experiments restore 3',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load()).restoreExperimentCommand(id, options, context))
    })
}
