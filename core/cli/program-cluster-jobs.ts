import type { Command } from 'commander'
import { JSON_FLAG, type Setup } from './program-setup.ts'

const load = () => import('./commands/cluster-jobs.ts')
const JOB_HELP = 'print the job as one JSON object on stdout when it has ended'
const DETACH_HELP = 'return as soon as it has begun, and print the id of the job'

type Verbs = Pick<Setup, 'add' | 'run'>

/** What takes its time, below the group `cluster`. */
export function addClusterJobs({ add, run }: Verbs): void {
  asJob(add('start [name]', 'start a stopped local cluster', ['minisub cluster start', 'minisub cluster start lab']))
    .option('--detach', DETACH_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).startClusterCommand(name, options, context))
    })
  asJob(add('stop [name]', 'stop a local cluster; what it holds stays', ['minisub cluster stop']))
    .option('--detach', DETACH_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).stopClusterCommand(name, options, context))
    })
  asJob(
    add('upgrade [name]', 'bring what was installed in a local cluster to the versions of this version', [
      'minisub cluster upgrade',
    ]),
  )
    .option('--detach', DETACH_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).upgradeClusterCommand(name, options, context))
    })
  addEndings({ add, run })
}

function addEndings({ add, run }: Verbs): void {
  asJob(
    add('delete [name]', 'remove a local cluster with its target, containers, volumes, networks and files', [
      'minisub cluster delete',
      'minisub cluster delete lab --yes --force',
    ]),
  )
    .option('--force', 'also where runs on it are active: they are cancelled')
    .option('--yes', 'do not ask')
    .option('--detach', DETACH_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).deleteClusterCommand(name, options, context))
    })
  asJob(add('retry [name]', 'begin anew what failed; a create begins from nothing', ['minisub cluster retry']))
    .option('--detach', DETACH_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).retryClusterCommand(name, options, context))
    })
  asJob(
    add('cancel [name]', 'give up what goes on with a local cluster and wait until it is taken back', [
      'minisub cluster cancel',
    ]),
  ).action(async (name: string | undefined, options, command: Command) => {
    await run(command, async (context) => (await load()).cancelClusterCommand(name, options, context))
  })
}

function asJob(command: Command): Command {
  return command.option(JSON_FLAG, JOB_HELP)
}
