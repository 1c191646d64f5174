import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { FolderView, PipelineRow } from '#core/contract/folders.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'

/** `minisub folder add DIR`. */
export async function addFolderCommand(folder: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const view = await client.addFolder({ path: resolve(folder) })
  if (context.json) await printJson(view)
  else await print(`added ${plainText(view.path)}: ${counted(view.pipelines, 'pipeline')}${stateNote(view)}\n`)
  return EXIT.succeeded
}

/** `minisub folder list`. */
export async function listFoldersCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { folders } = await client.listPipelines()
  if (context.json) await printJson({ folders })
  else if (folders.length === 0) await print('no folders\n')
  else {
    const rows = folders.map((one) => [one.id, String(one.pipelines), one.state, plainText(one.path)])
    await print(columns([['FOLDER', 'PIPELINES', 'STATE', 'PATH'], ...rows]))
  }
  return EXIT.succeeded
}

/** `minisub folder delete DIR-or-ID`: nothing in the folder is touched. */
export async function deleteFolderCommand(wanted: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { folders } = await client.listPipelines()
  const paths = [resolve(wanted), await realPath(wanted)]
  const found = folders.find(({ id, path }) => id === wanted || paths.includes(path))
  if (found === undefined) {
    throw new Problem('not_found', `the folder ${wanted} was not added: minisub folder list names those that were`)
  }
  await client.removeFolder({ folder: found.id })
  await (context.json ? printJson({ deleted: found.id }) : print(`deleted ${plainText(found.path)} from the list\n`))
  return EXIT.succeeded
}

/** `minisub pipelines`. */
export async function pipelinesCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const listed = await client.listPipelines()
  if (context.json) await printJson(listed)
  else if (listed.pipelines.length === 0) await print('no pipelines: minisub folder add DIR looks for some\n')
  else await print(pipelineTable(listed.pipelines))
  return EXIT.succeeded
}

function pipelineTable(pipelines: readonly PipelineRow[]): string {
  const rows = pipelines.map((one) => [
    plainText(one.name),
    one.state === 'invalid' ? counted(one.faults, 'fault') : one.state,
    String(one.steps),
    one.lastRuns[0]?.status ?? '',
    plainText(one.file),
  ])
  return columns([['PIPELINE', 'STATE', 'STEPS', 'LAST RUN', 'FILE'], ...rows])
}

function stateNote({ state }: FolderView): string {
  return state === 'partial' ? ' (it holds more than is looked at: add a smaller folder)' : ''
}

/** As the core knows a folder; as it was typed where it is no longer there. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return resolve(path)
    throw error
  }
}
