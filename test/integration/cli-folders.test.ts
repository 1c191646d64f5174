import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FolderView, type PipelineRow } from '#core/contract/folders.ts'
import { openCliSandbox, runOf, type CliSandbox, type Finished } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
let folder: string
beforeAll(async () => {
  cli = await openCliSandbox()
  folder = await realpath(cli.folder)
  await cli.pipeline('good', ['steps: {many: {forEach: {i: [1, 2, 3]}, command: ["true"]}}'])
  await cli.pipeline('bad', ['steps: {a: {comand: ["true"]}}'])
  await mkdir(join(folder, 'empty'))
})
afterAll(() => cli[Symbol.asyncDispose]())

function jsonOf({ code, stdout, stderr }: Finished): unknown {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return JSON.parse(stdout) as unknown
}

describe('minisub folder and minisub pipelines', () => {
  test('add a folder, list what is in it, and forget it again', async () => {
    expect(await cli.minisub('pipelines')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no pipelines/) })
    expect((await cli.minisub('folder', 'list')).stdout).toBe('no folders\n')
    const added = await cli.minisub('folder', 'add', '.')
    expect(added).toMatchObject({ code: 0, stdout: `added ${folder}: 2 pipelines\n` })
    const view = FolderView.parse(jsonOf(await cli.minisub('folder', 'add', folder, '--json')))
    expect(view).toMatchObject({ path: folder, state: 'ready', pipelines: 2 })
    expect(jsonOf(await cli.minisub('folder', 'list', '--json'))).toEqual({ folders: [view] })
    expect((await cli.minisub('folder', 'list')).stdout).toContain(`${view.id}  2          ready  ${folder}\n`)
    const table = (await cli.minisub('pipelines')).stdout
    expect(table).toMatch(/^bad +2 faults +0 +\S+bad\.yaml$/m)
    expect(table).toMatch(/^good +valid +1 +\S+good\.yaml$/m)
    expect(jsonOf(await cli.minisub('folder', 'delete', view.id, '--json'))).toEqual({ deleted: view.id })
    expect(jsonOf(await cli.minisub('pipelines', '--json'))).toEqual({ folders: [], pipelines: [] })
  })

  test('delete a folder by its path, also when it is gone', async () => {
    await cli.minisub('folder', 'add', 'empty')
    await rm(join(folder, 'empty'), { recursive: true })
    expect(await cli.minisub('folder', 'delete', 'empty')).toMatchObject({ code: 0 })
    const again = await cli.minisub('folder', 'delete', 'empty', '--json')
    expect(again.code).toBe(2)
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'not_found' } })
  })

  test('refuse a folder that is none, with exit code 2', async () => {
    await writeFile(join(folder, 'file.txt'), '')
    for (const [path, words] of [
      ['none', 'there is no folder'],
      ['file.txt', 'is not a folder'],
    ] as const) {
      const refused = await cli.minisub('folder', 'add', path)
      expect([refused.code, refused.stdout]).toEqual([2, ''])
      expect(refused.stderr).toContain(words)
    }
  })
})

describe('the interface', () => {
  test('answers the graph of a run, its items, and the runs of a pipeline', async () => {
    const run = runOf(await cli.minisub('run', 'good.yaml', '--json'))
    const client = cli.client()
    const graph = await client.showGraph({ run: run.id })
    expect(graph).toMatchObject({ status: 'succeeded', steps: [{ name: 'many', total: 3, counts: { succeeded: 3 } }] })
    const page = await client.listItems({ run: run.id, step: 'many', from: 1, limit: 1 })
    expect(page).toMatchObject({ items: [{ item: { index: 1, values: { i: 2 } } }], total: 3 })
    expect(await client.listItems({ run: run.id, step: 'many', status: 'failed' })).toEqual({ items: [], total: 0 })
    const { pipelines } = await client.listPipelines()
    const row: PipelineRow | undefined = pipelines.find(({ name }) => name === 'good')
    expect(row?.id).toBe(graph.pipelineId)
    const ids = (found: { readonly runs: readonly { readonly id: string }[] }) => found.runs.map(({ id }) => id)
    expect(ids(await client.listRuns({ file: row?.id }))).toEqual([run.id])
    expect(ids(await client.listRuns({ search: 'OO' }))).toEqual([run.id])
    expect(ids(await client.listRuns({ search: run.id.slice(0, 10) }))).toEqual([run.id])
    expect(ids(await client.listRuns({ search: 'nothing' }))).toEqual([])
    expect(await client.showPipeline({ pipeline: graph.pipelineId })).toMatchObject({
      name: 'good',
      lastRuns: [{ id: run.id }],
    })
    expect((await client.browseFolders({ path: folder })).folders).toEqual([])
  })
})
