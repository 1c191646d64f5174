import type { Command } from 'commander'
import { JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

/** The command `prices`. */
export function addPricesCommand({ add, run }: Setup): void {
  add('prices', 'show the prices that the cost and the energy of runs are told by', [
    'minisub prices --init',
    'minisub prices --json',
  ])
    .option('--init', 'write an example as prices.yaml of the data folder, which must not be there yet')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options: { init?: boolean }, command: Command) => {
      await run(command, async (context) => (await import('./commands/prices.ts')).pricesCommand(options, context))
    })
}
