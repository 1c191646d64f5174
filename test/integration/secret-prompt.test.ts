import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

const SCRIPT = fileURLToPath(new URL('../../core/cli/minisub.js', import.meta.url))

/** Runs a command on a terminal of its own, types once the question is there, and prints what the terminal showed. */
const ON_A_TERMINAL = `
import os, pty, sys
keys = sys.argv[1].encode().decode('unicode_escape').encode('latin-1')
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, typed = b'', False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not typed and b'is not shown' in shown:
        typed = True
        os.write(terminal, keys)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`

async function type(sandbox: CliSandbox, keys: string): Promise<{ code: number | null; shown: string }> {
  const command = [process.execPath, SCRIPT, 'secret', 'set', 'api', 'token']
  const env = { ...process.env, MINISUB_HOME: sandbox.home, MINISUB_SECRETS_KEYCHAIN: 'false', TERM: 'xterm' }
  const child = spawn('python3', ['-c', ON_A_TERMINAL, keys, ...command], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const shown = text(child.stdout)
  await once(child, 'close')
  return { code: child.exitCode, shown: await shown }
}

describe.skipIf(process.platform === 'win32')('minisub secret set on a terminal', () => {
  test('shows nothing of what is typed, and takes corrections', async () => {
    await using sandbox = await openCliSandbox()
    const { code, shown } = await type(sandbox, 'wrong\\x15battery-stapleX\\x7f\\r')
    expect(shown).toMatch(/^value of api\/token \(is not shown\): \r\napi\/token is kept encrypted in /)
    expect(code).toBe(0)
    const file = await sandbox.pipeline('p', [
      'steps: {a: {command: [sh, -c, "test $T = battery-staple"], secrets: {T: {secret: api, key: token}}}}',
    ])
    expect((await sandbox.minisub('run', file)).code).toBe(0)
  })

  test('refuses several lines at once, of which the shell would run the rest', async () => {
    await using sandbox = await openCliSandbox()
    const { code, shown } = await type(sandbox, 'battery\\rstaple\\rhorse\\r')
    expect(shown).toContain('error: a value of several lines cannot be typed here: give it on stdin')
    expect(shown).not.toMatch(/battery|staple|horse/)
    expect(code).toBe(2)
  })

  test.each([
    ['Ctrl-C', 'battery\\x03', 130],
    ['Ctrl-D', '\\x04', 2],
    ['nothing', '\\r', 2],
  ])('ends at %s without a value', async (_name, keys, expected) => {
    await using sandbox = await openCliSandbox()
    const { code, shown } = await type(sandbox, keys)
    expect(code).toBe(expected)
    expect(shown).not.toContain('battery')
  })
})
