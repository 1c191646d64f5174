import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
let file: string
let run: string
beforeAll(async () => {
  engine = await openEngine()
  await engine.secrets.set('shop', 'token', 'value')
  const fails = sh('echo "why"; exit 3', { secrets: { TOKEN: { secret: 'shop', key: 'token' } } })
  file = await engine.pipeline({ steps: { one: fails, two: sh('exit 4') } })
  run = (await engine.run(file)).id
})
afterAll(() => engine[Symbol.asyncDispose]())

const one = () => ({ run, step: 'one', item: null })

test('what a folder says of itself is not believed: names of secrets and the network are those of the run', async () => {
  const { folder, facts } = await engine.service.pullStep(one(), {})
  const said = { ...facts, secrets: { OTHER: 'bank/pin' }, network: !facts.network, command: ['evil'] }
  writeFileSync(join(folder, 'step.json'), JSON.stringify(said))
  expect(await engine.service.pullStep(one(), {})).toMatchObject({ isNew: false, facts })
})

test('a damaged folder is refused, and made anew on demand where it has its own place', async () => {
  const { folder } = await engine.service.pullStep(one(), {})
  writeFileSync(join(folder, 'step.json'), '{')
  expect(await problemOf(engine.service.pullStep(one(), {}))).toMatchObject({ code: 'conflict' })
  expect(await engine.service.pullStep(one(), { force: true })).toMatchObject({ isNew: true, folder })
})

test('two that want the same folder do not meet: one makes it, the other finds it', async () => {
  mkdirSync(join(engine.root, 'real'))
  symlinkSync('real', join(engine.root, 'link'))
  const [first, second] = [join(engine.root, 'real/x'), join(engine.root, 'link/x')]
  const same = [first, second].map((into) => engine.service.pullStep(one(), { into }))
  expect((await Promise.all(same)).map(({ isNew }) => isNew)).toEqual([true, false])
  const other = { ...one(), step: 'two' }
  expect(await problemOf(engine.service.pullStep(other, { into: second, force: true }))).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('holds attempt 1 of one'),
  })
  expect(readdirSync(join(engine.root, 'real'))).toEqual(['x'])
})

test('in the code folder it is no part of the code', async () => {
  const { facts } = await engine.service.pullStep(one(), { into: join(engine.folder, 'debug') })
  const again = await engine.run(file, { cache: false })
  const pulled = await engine.service.pullStep({ ...one(), run: again.id }, {})
  expect(pulled.facts.code).toBe(facts.code)
})

test('nothing is written through a link that lies in the folder', async () => {
  const { folder } = await engine.service.pullStep(one(), { force: true })
  const outside = join(engine.root, 'outside')
  symlinkSync(outside, join(folder, '.environment.sh'))
  await engine.service.pullStep(one(), { shell: 'process' })
  expect(existsSync(outside)).toBe(false)
  expect(readFileSync(join(folder, '.environment.sh'), 'utf8')).toContain('export PATH=')
  rmSync(folder, { recursive: true })
})
