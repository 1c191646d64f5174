import { mkdir, mkdtemp, realpath, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeTree } from '#core/store/index.ts'
import { readCatalog } from './catalog.ts'
import { FolderStore } from './folder-store.ts'
import { openPipelineFiles } from './pipeline-files.ts'
import { RunListStore } from './run-list-store.ts'
import { openTestStore } from './test-store.ts'

test('a file that is no pipeline is read once, as long as its size and time are the same', async () => {
  await using opened = openTestStore()
  const root = await realpath(await mkdtemp(join(tmpdir(), 'minisub-catalog-')))
  const [home, folder] = [join(root, 'home'), join(root, 'project')]
  for (const path of [home, folder]) await mkdir(path)
  const folders = new FolderStore(opened.store)
  folders.add({ id: 'f', path: folder, addedAt: 0 })
  const options = { home, folders, runs: new RunListStore(opened.store), files: openPipelineFiles() }
  const pipeline = `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: wine}\nspec: {steps: {a: {command: [a]}}}\n`
  const file = join(folder, 'some.yaml')
  const write = async (text: string, seconds: number): Promise<void> => {
    await writeFile(file, text)
    await utimes(file, seconds, seconds)
  }
  const found = async (): Promise<string[]> => (await readCatalog(options)).pipelines.map(({ name }) => name)
  await write('#'.repeat(pipeline.length), 1)
  expect(await found()).toEqual([])
  await write(pipeline, 1)
  expect(await found()).toEqual([])
  await write(pipeline, 2)
  expect(await found()).toEqual(['wine'])
  await removeTree(root)
})
