import { Option, type Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/environments.ts')

/** `minisub env …`: what is kept of environments on this machine, as folders and as images. */
export function addEnvironmentCommands({ add, run, outcome }: Setup): void {
  const group = add('env', 'list, build and delete environments', [
    'minisub env list',
    'minisub env build pipeline.yaml',
    'minisub env prune --older-than 30d',
  ])
  const sub = adderTo(group)
  sub('list', 'list environments with their size and users', ['minisub env list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listEnvironmentsCommand(options, context))
    })
  sub('build <file>', 'build all environments of a pipeline', [
    'minisub env build pipeline.yaml',
    'minisub env build pipeline.yaml --target docker',
  ])
    .addOption(
      new Option('--target <name>', 'process: folders; docker: images')
        .choices(['process', 'docker'])
        .default('process'),
    )
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load()).buildEnvironmentsCommand(file, options, context))
    })
  sub('delete <digest>', 'delete an environment that nothing uses', [
    'minisub env delete c0ffee',
    'minisub env delete c0ffee --kind image',
  ])
    .addOption(new Option('--kind <kind>', 'its folder or its image alone').choices(['python', 'image']))
    .option(JSON_FLAG, JSON_HELP)
    .action(async (digest: string, options, command: Command) => {
      await run(command, async (context) => (await load()).deleteEnvironmentCommand(digest, options, context))
    })
  sub('prune', 'delete the environments that nothing used for a while', [
    'minisub env prune --older-than 30d --dry-run',
    'minisub env prune',
  ])
    .option('--older-than <time>', 'only those that were used last so long ago (default: all that no run needs)')
    .option('--dry-run', 'delete nothing, list what would be deleted')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).pruneEnvironmentsCommand(options, context))
    })
}
