import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
let code: string
let address: { run: string; step: string; item: null }
const there = (path: string): string => join(engine.folder, path)
const here = (path: string): string => join(code, path)
beforeEach(async () => {
  engine = await openEngine()
  for (const name of ['a', 'b', 'c']) await engine.write(`${name}.sh`, name)
  chmodSync(there('a.sh'), 0o640)
  symlinkSync('a.sh', there('link'))
  const { id } = await engine.run(await engine.pipeline({ steps: { one: sh('exit 3') } }))
  address = { run: id, step: 'one', item: null }
  code = join((await engine.service.pullStep(address, {})).folder, 'code')
})
afterEach(() => engine[Symbol.asyncDispose]())

const apply = () => engine.service.applyPulled(address, {})
const left = (): string[] => readdirSync(engine.folder).filter((name) => name.startsWith('.minisub-'))

test('what was changed is copied, links and all, and the mode of files there stays but for x', async () => {
  writeFileSync(here('a.sh'), 'A')
  chmodSync(here('a.sh'), 0o755)
  rmSync(here('link'))
  symlinkSync('b.sh', here('link'))
  rmSync(here('c.sh'))
  mkdirSync(here('c.sh'))
  writeFileSync(here('c.sh/d'), 'D')
  expect((await apply()).applied).toEqual([
    { path: 'a.sh', change: 'changed' },
    { path: 'c.sh', change: 'removed' },
    { path: 'c.sh/d', change: 'added' },
    { path: 'link', change: 'changed' },
  ])
  expect([readFileSync(there('a.sh'), 'utf8'), statSync(there('a.sh')).mode & 0o777]).toEqual(['A', 0o750])
  expect([readlinkSync(there('link')), readFileSync(there('c.sh/d'), 'utf8')]).toEqual(['b.sh', 'D'])
  expect(left()).toEqual([])
  expect((await apply()).applied).toHaveLength(4)
})

test('where one does not fit, nothing is copied', async () => {
  writeFileSync(here('a.sh'), 'A')
  rmSync(here('b.sh'))
  mkdirSync(here('new'))
  writeFileSync(here('new/file'), '')
  await engine.write('new', 'a file by now')
  expect(await problemOf(apply())).toEqual({
    code: 'conflict',
    message: expect.stringMatching(/does not fit into .*: nothing was copied/),
  })
  expect(['a.sh', 'b.sh', 'new'].map((name) => readFileSync(there(name), 'utf8'))).toEqual(['a', 'b', 'a file by now'])
  expect(statSync(there('a.sh')).mode & 0o777).toBe(0o640)
  expect(left()).toEqual([])
})

test('a folder that is in the place of a file is named', async () => {
  writeFileSync(here('new'), '')
  mkdirSync(there('new'))
  expect(await problemOf(apply())).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('is there by now'),
  })
})

test('nothing is removed from the pipeline because the pulled code is gone', async () => {
  rmSync(code, { recursive: true })
  expect(await problemOf(apply())).toMatchObject({ code: 'conflict' })
  expect(readFileSync(there('a.sh'), 'utf8')).toBe('a')
})
