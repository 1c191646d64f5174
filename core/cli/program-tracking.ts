import type { Command } from 'commander'
import { addTransferCommands } from './program-transfer.ts'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/tracking.ts')
const loadCompare = () => import('./commands/tracking-compare.ts')

/** The group `tracking`. */
export function addTrackingCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('tracking', 'let programs track into the core; compare, take in and give out what is tracked', [
      'eval "$(minisub tracking env)"',
      'minisub tracking import ./mlruns',
    ]),
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
  sub('compare <runs...>', 'say how tracked runs differ: parameters, metrics, packages, code, data', [
    'minisub tracking compare 3f2a91c0 b71e04d2',
    'minisub tracking compare 3f2a91c0 b71e04d2 --all',
    'minisub tracking compare 3f2a91c0 b71e04d2 --json',
  ])
    .option('--all', 'what is alike too')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (runs: string[], options, command: Command) => {
      await run(command, async (context) => (await loadCompare()).compareRunsCommand(runs, options, context))
    })
  addTransferCommands(sub, run)
}
