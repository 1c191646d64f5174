import type { Command } from 'commander'
import { collect, JSON_FLAG, type Setup } from './program-setup.ts'

/** The command `plan`. */
export function addPlanCommand({ add, run, outcome }: Setup): void {
  add('plan <file>', 'say what a push to a cluster would do, send, take and meet; changes nothing', [
    'minisub plan pipeline.yaml --target lab',
    'minisub plan pipeline.yaml --target lab -p depth=4',
    'minisub plan pipeline.yaml --target lab --json > plan.json',
  ])
    .requiredOption('--target <name>', 'a cluster target')
    .option('-p, --param <key=value>', 'set a parameter; may be repeated', collect)
    .option('--params <file>', 'read parameters from a YAML or JSON file; -p wins')
    .option('--no-cache', 'as for a run that neither reads nor writes the cache')
    .option(JSON_FLAG, 'print the plan as one JSON object on stdout')
    .action(async function (this: Command, file: string) {
      outcome.file = file
      const options = this.opts<PlanFlags>()
      await run(this, async (context) => (await import('./commands/plan.ts')).planCommand(file, options, context))
    })
}

/** What `minisub plan` was given beside the file. */
export type PlanFlags = {
  readonly target: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly cache: boolean
}
