import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/folders.ts')

/** `minisub pipelines`, and the group `folder`. */
export function addFolderCommands({ add, run }: Setup): void {
  add('pipelines', 'list pipelines in the folders that were added, and those that were run', ['minisub pipelines'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).pipelinesCommand(options, context))
    })
  const sub = adderTo(
    add('folder', 'choose the folders in which pipelines are looked for', [
      'minisub folder add ~/projects',
      'minisub folder list',
    ]),
  )
  sub('add <dir>', 'look for pipelines in a folder from now on', ['minisub folder add ~/projects'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (folder: string, options, command: Command) => {
      await run(command, async (context) => (await load()).addFolderCommand(folder, options, context))
    })
  sub('list', 'list the folders that were added', ['minisub folder list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listFoldersCommand(options, context))
    })
  sub('delete <folder>', 'look for pipelines in a folder no longer; nothing in it is touched', [
    'minisub folder delete ~/projects',
    'minisub folder delete 01kc2m3n4p5q6r7s8t9v0wxyza',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (folder: string, options, command: Command) => {
      await run(command, async (context) => (await load()).deleteFolderCommand(folder, options, context))
    })
}
