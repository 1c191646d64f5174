import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openDockerEngine } from '#core/runtimes/docker/index.ts'
import { containersOf, openEngine, sh, until } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

describeWithDocker('a container with secrets', () => {
  const value = 'correct-horse\nbattery-staple'
  const pieces = [/correct-horse/, /battery-staple/]

  test('has them in the variables of its command alone: in no label, setting, file or log that the engine knows', async () => {
    await using engine = await openEngine({ target: 'docker' })
    await engine.secrets.set('api', 'token', value)
    const secrets = { TOKEN: { secret: 'api', key: 'token' } }
    const script = 'echo "got $TOKEN"; until test -e "$HOME/go"; do sleep 0.1; done; test ${#TOKEN} = 28; echo $?'
    const { id } = await engine.start(await engine.pipeline({ steps: { use: sh(script, { secrets }) } }))
    await until('the step has printed', async () => (await engine.log(id, 'use')).length >= 2)
    const [name = ''] = await containersOf(id)
    const container = (await openDockerEngine().client()).getContainer(name)
    const known = JSON.stringify([await container.inspect(), await container.changes(), await container.top()])
    const printed = (await container.logs({ stdout: true, stderr: true })).toString()
    const files = (await buffer(await container.getArchive({ path: '/mini-submarine/' }))).toString('latin1')
    expect(printed).toContain('got ***')
    for (const piece of pieces) for (const text of [known, printed, files]) expect(text).not.toMatch(piece)
    const exec = await container.exec({ Cmd: ['sh', '-c', 'touch /mini-submarine/home/go'] })
    await exec.start({ Detach: true })
    expect(await engine.end(id)).toMatchObject({ status: 'succeeded' })
    expect(await engine.log(id, 'use')).toEqual(['got ***', '***', '0'])
  })
})
