import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkbench } from './workbench.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-workbench-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a workbench answers, and lets go of everything when it closes', async () => {
  const home = join(root, 'deep', 'home')
  const first = await openWorkbench({ home })
  expect(await (await fetch(`${first.url}/health`)).json()).toMatchObject({ status: 'ready' })
  expect(statSync(home).mode & 0o777).toBe(0o700)
  await first.close()
  await first.closed
  await using second = await openWorkbench({ home })
  expect(second.url).toBe(first.url)
})

test('a second core on the same data folder is told who has it', async () => {
  await using workbench = await openWorkbench({ home: root })
  const message = expect.stringContaining(`${workbench.url} (process ${process.pid})`) as string
  await expect(openWorkbench({ home: root })).rejects.toMatchObject({ code: 'home_in_use', message })
})

test('a taken port leaves the folder free for another try', async () => {
  await using workbench = await openWorkbench({ home: join(root, 'a') })
  const home = join(root, 'b')
  await expect(openWorkbench({ home, port: workbench.port })).rejects.toMatchObject({ code: 'port_taken' })
  await using other = await openWorkbench({ home })
  expect(other.port).not.toBe(workbench.port)
})

test('a folder that cannot be made or is a file is a problem', async () => {
  const file = join(root, 'file')
  writeFileSync(file, 'x')
  for (const home of [file, join(file, 'home')]) {
    await expect(openWorkbench({ home })).rejects.toMatchObject({ code: 'home_unwritable' })
  }
})

test('an idle workbench closes by itself, and a request keeps it', async () => {
  const workbench = await openWorkbench({ home: root, idleExitMs: 400 })
  const token = { headers: { authorization: 'Bearer x' } }
  for (let count = 0; count < 5; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect((await fetch(`${workbench.url}/api/v1/runs`, token)).status).toBe(401)
  }
  await workbench.closed
  await expect(fetch(`${workbench.url}/health`)).rejects.toThrow()
})

test('an idle workbench stays that a program tracks into', async () => {
  await using workbench = await openWorkbench({ home: root, idleExitMs: 100 })
  const headers = { authorization: `Bearer ${readFileSync(join(root, 'token'), 'utf8').trim()}` }
  const path = '/api/2.0/mlflow/experiments/get?experiment_id=0'
  expect((await fetch(workbench.url + path, { headers })).status).toBe(200)
  const late = new Promise((resolve) => setTimeout(resolve, 800, 'still there'))
  expect(await Promise.race([workbench.closed, late])).toBe('still there')
})
