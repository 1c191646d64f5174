import { Option, type Command } from 'commander'
import { EXPORT_FORMATS, IMPORT_KINDS } from '#core/contract/tracking-transfer.ts'
import { collect, JSON_FLAG, JSON_HELP, type Add, type Setup } from './program-setup.ts'

const load = {
  transfer: () => import('./commands/tracking-transfer.ts'),
  disk: () => import('./commands/tracking-disk.ts'),
} as const

/** Import, export, disk and purge of the group `tracking`, which `sub` adds to. */
export function addTransferCommands(sub: Add, run: Setup['run']): void {
  addImport(sub, run)
  addExport(sub, run)
  sub('disk', 'say what tracked runs hold on disk, and what a purge would free', ['minisub tracking disk --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (_options, command: Command) => {
      await run(command, async (context) => (await load.disk()).trackingDiskCommand(context))
    })
  sub('purge', 'delete for good what is in the trash, and free its disk', [
    'minisub tracking purge --dry-run',
    'minisub tracking purge --older-than 30d --yes',
  ])
    .option('--older-than <time>', 'only what has been in the trash for so long, such as 30d or 12h')
    .option('--dry-run', 'say what would go, delete nothing')
    .option('--yes', 'do not ask')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.disk()).purgeTrackingCommand(options, context))
    })
}

function addImport(sub: Add, run: Setup['run']): void {
  sub('import <path>', 'take in what MLflow or TensorBoard has kept; nothing there is changed', [
    'minisub tracking import mlflow.db',
    'minisub tracking import ./mlruns --dry-run',
    'minisub tracking import mlflow.db --artifacts /srv/mlartifacts',
    'minisub tracking import ./runs --experiment wine',
  ])
    .addOption(new Option('--kind <kind>', 'what lies there; found out where absent').choices(IMPORT_KINDS))
    .option('--artifacts <folder>', 'where the files of an MLflow database are, if not beside it')
    .option('--experiment <name>', 'where runs of TensorBoard go; named like the folder where absent')
    .option('--dry-run', 'say what would come, take nothing')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (path: string, options, command: Command) => {
      await run(command, async (context) => (await load.transfer()).importTrackingCommand(path, options, context))
    })
}

function addExport(sub: Add, run: Setup['run']): void {
  sub('export <folder>', 'write tracked runs as tables: runs, every point of their metrics, parameters, tags', [
    'minisub tracking export wine-runs --experiment wine',
    "minisub tracking export best --format csv --filter 'metrics.loss@min < 0.3'",
    'minisub tracking export all --artifacts',
  ])
    .addOption(new Option('--format <format>', 'of the tables').choices(EXPORT_FORMATS).default('parquet'))
    .option('--experiment <name>', 'only this experiment, a name or an id; may be repeated', collect)
    .option('--filter <filter>', 'only runs that fit this, in the filter language of docs/tracking.md')
    .option('--artifacts', 'the files of runs too')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (folder: string, options, command: Command) => {
      await run(command, async (context) => (await load.transfer()).exportTrackingCommand(folder, options, context))
    })
}
