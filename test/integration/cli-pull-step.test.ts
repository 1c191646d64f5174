import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCliSandbox, runOf, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { minisubOnTerminal } from '#test/support/on-a-terminal.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

const LINES = [
  'steps:',
  '  make: {command: [sh, -c, "echo 5 > $MINISUB_OUTPUTS/n"], outputs: {n: {type: integer}}}',
  '  check:',
  '    command: [sh, check.sh]',
  '    inputs: {n: "${{ steps.make.outputs.n }}"}',
  '    secrets: {TOKEN: {secret: shop, key: token}}',
]
const SCRIPT = 'echo "token ${#TOKEN}"; echo "ValueError: $(cat "$MINISUB_INPUTS/n")" >&2; exit 3\n'

describeWithDocker('minisub pull-step', () => {
  let sandbox: CliSandbox
  let run: string
  beforeAll(async () => {
    sandbox = await openCliSandbox()
    writeFileSync(join(sandbox.folder, 'check.sh'), SCRIPT)
    const file = await sandbox.pipeline('shop', LINES)
    await sandbox.minisubWith('s3cret-value', 'secret', 'set', 'shop', 'token')
    run = runOf(await sandbox.minisub('run', file, '--target', 'docker', '--json')).id
  })
  afterAll(() => sandbox[Symbol.asyncDispose]())

  test('brings a step, does it again and says that it fails in the same way', async () => {
    const { code, stdout, stderr } = await sandbox.minisub('pull-step', run, 'check')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain('result  fails the same way: exit 3, ValueError: 5')
    expect(stdout).toContain('key     the step key is that of there')
    const asJson = await sandbox.minisub('pull-step', run, 'check', '--on', 'process', '--json')
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      pulled: { isNew: false, facts: { step: 'check', secrets: { TOKEN: 'shop/token' } } },
      rerun: { target: 'process', verdict: 'same', key: { isEqual: true } },
    })
    expect(stdout + asJson.stdout).not.toContain('s3cret-value')
  })

  test.each(['docker', 'process'])('opens a shell (%s) in which run.sh fails in the same way', async (on) => {
    const { code, shown } = await minisubOnTerminal(
      sandbox,
      [
        ['exit leaves the shell', './run.sh; echo "ended $?"\n'],
        ['ended 3', 'echo "echo fixed" > code/check.sh; ./run.sh; printf "%s %s\\n" "cmd" "$MINISUB_COMMAND"\n'],
        ['cmd sh check.sh', 'exit 0\n'],
      ],
      'pull-step',
      run,
      'check',
      '--shell',
      `--on=${on}`,
      `--into=${join(sandbox.folder, `shell-${on}`)}`,
    )
    expect(shown).toContain('ValueError: 5')
    expect(shown).toContain('token 12')
    expect(shown).toMatch(/^fixed/m)
    expect(shown).toContain('1 file of the code changed:\r\n  changed  check.sh')
    expect(shown).toContain(`--into ${join(sandbox.folder, `shell-${on}`)} --apply`)
    expect(code).toBe(0)
  })

  test('takes the changed code over, after which the run is resumed with it', async () => {
    const into = ['--into', join(sandbox.folder, 'shell-process')]
    const { code, stdout } = await sandbox.minisub('pull-step', run, 'check', ...into, '--apply')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `1 file copied to ${sandbox.folder}:\n  changed  check.sh\nto go on with them: minisub resume ${run} --with-code\n`,
    })
    expect(readFileSync(join(sandbox.folder, 'check.sh'), 'utf8')).toBe('echo fixed\n')
    const resumed = runOf(await sandbox.minisub('resume', run, '--with-code', '--json'))
    expect(resumed.steps.map(({ name, status }) => [name, status])).toEqual([
      ['make', 'succeeded'],
      ['check', 'succeeded'],
    ])
  })

  test.each([
    [['--shell'], 2, /--shell needs a terminal/],
    [['--on', 'lab'], 2, /--on wants docker or process/],
    [['--shell', '--apply'], 2, /two calls/],
    [['--force', '--apply'], 2, /leave one/],
    [['--attempt', '7'], 2, /has no attempt 7/],
    [['--item', '3'], 2, /no step check\[3\]/],
  ])('refuses %j', async (flags, expected, words) => {
    const { code, stderr } = await sandbox.minisub('pull-step', run, 'check', ...flags)
    expect(stderr).toMatch(words)
    expect(code).toBe(expected)
  })
})
