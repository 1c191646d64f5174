import type { Command } from 'commander'
import type { PullStepFlags } from './commands/pull-step.ts'
import { JSON_FLAG, type Setup } from './program-setup.ts'

/** The command `pull-step`. */
export function addPullStepCommand({ add, run }: Setup): void {
  add('pull-step <run> <step>', 'bring a step that failed elsewhere to this machine, and do it again here', [
    'minisub pull-step 01kc2m3n train',
    'minisub pull-step 01kc2m3n "train[2]" --on process',
    'minisub pull-step 01kc2m3n train --shell',
    'minisub pull-step 01kc2m3n train --apply && minisub resume 01kc2m3n --with-code',
  ])
    .option('--item <n>', 'the item of a fan-out')
    .option('--attempt <n>', 'an earlier attempt (default: the latest)')
    .option('--into <dir>', 'the folder to make (default: below pulled of the data folder)')
    .option('--force', 'make the folder anew; what was changed in it is lost')
    .option('--on <place>', 'docker or process (default: docker where it ran in an image and an engine answers)')
    .option('--no-rerun', 'only bring it')
    .option('--shell', 'instead of doing it again, open a shell in its folder, in its image or environment')
    .option('--apply', 'copy what was changed in its code to the folder of the pipeline')
    .option(JSON_FLAG, 'print one JSON object: {pulled, rerun, notes}, with --shell {pulled, changes}')
    .action(async function (this: Command, id: string, step: string) {
      const flags = this.opts<PullStepFlags>()
      await run(this, async (context) =>
        (await import('./commands/pull-step.ts')).pullStepCommand(id, step, { flags, ...context }),
      )
    })
}
