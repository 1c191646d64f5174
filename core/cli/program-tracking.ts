import type { Command } from 'commander'
import { adderTo, JSON_FLAG, type Setup } from './program-setup.ts'

const load = () => import('./commands/tracking.ts')

/** The group `tracking`. */
export function addTrackingCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('tracking', 'let programs that use MLflow track into the core', ['eval "$(minisub tracking env)"']),
  )
  sub('env', 'print the lines that a shell takes for MLflow programs to track into the core', [
    'eval "$(minisub tracking env)" && python train.py',
    'minisub tracking env > tracking.env',
    'minisub tracking env --json',
  ])
    .option(JSON_FLAG, 'print {MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN}')
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).trackingEnvCommand(options, context))
    })
}
