import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'

/** A pipeline that the core lists, by its id; or one that it can read and does not list, by its name. */
export type FoundPipeline = { readonly id: string } | { readonly name: string }

/** What the core knows of a document by its path. Throws the Problem of one that is not there or is no valid pipeline. */
export async function findPipeline(client: Client, file: string): Promise<FoundPipeline> {
  const { pipelines } = await client.listPipelines()
  const row = pipelines.find((it) => it.file === file)
  if (row !== undefined) return { id: row.id }
  const { name } = await client.validatePipeline({ file })
  return { name }
}

/** Adds a folder and gives the id of the pipeline in it that has this name as a file. Throws a Problem. */
export async function addWithPipeline(client: Client, folder: string, name: string): Promise<string> {
  // The core calls the folder by its real path.
  const { path } = await client.addFolder({ path: folder })
  const { pipelines } = await client.listPipelines()
  const row = pipelines.find(
    ({ file }) => file.startsWith(path) && file.slice(path.length).replace(/^[/\\]/, '') === name,
  )
  if (row !== undefined) return row.id
  throw new Problem(
    'not_found',
    `the folder ${path} was added, but ${name} is not among its pipelines: look whether it says apiVersion and kind at its beginning`,
  )
}
