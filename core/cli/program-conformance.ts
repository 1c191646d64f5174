import type { Command } from 'commander'
import { collect, JSON_FLAG, type Setup } from './program-setup.ts'

/** The command `conformance`. */
export function addConformanceCommand({ add, run }: Setup): void {
  add('conformance', 'compare a target with the suite that every target must pass', [
    'minisub conformance --target docker',
    'minisub conformance --target docker --only "cache-*" --only log-streams',
    'minisub conformance --target lab --only edges',
    'minisub conformance --list',
    'minisub conformance --target docker --json > report.json',
  ])
    .option('--target <name>', 'where to run the cases: process, docker, or a cluster target', 'process')
    .option('--only <pattern>', 'only cases or groups of this name, * for any text; may be repeated', collect)
    .option('--list', 'list the cases, and how they ended on each target')
    .option(JSON_FLAG, 'print the report as one JSON object on stdout when it is complete')
    .action(async (options, command: Command) => {
      await run(command, async (context) =>
        (await import('./commands/conformance.ts')).conformanceCommand(options, context),
      )
    })
}
