import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { CliSandbox } from './cli-sandbox.ts'

const SCRIPT = fileURLToPath(new URL('../../core/cli/minisub.js', import.meta.url))

/** Runs a command on a terminal of its own, types each answer once its question is there, and prints what was shown. */
const ON_A_TERMINAL = `
import json, os, pty, sys
answers = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, seen = b'', 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if answers and answers[0][0].encode() in shown[seen:]:
        seen = len(shown)
        os.write(terminal, answers.pop(0)[1].encode())
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`

/** What is typed once a text has been shown. */
export type Answers = readonly (readonly [question: string, typed: string])[]

/** Calls `minisub` on a terminal of its own; `shown` is all that it had. Needs Python. */
export async function minisubOnTerminal(
  sandbox: CliSandbox,
  answers: Answers,
  ...args: readonly string[]
): Promise<{ code: number | null; shown: string }> {
  const env = { ...process.env, MINISUB_HOME: sandbox.home, MINISUB_SECRETS_KEYCHAIN: 'false', TERM: 'xterm' }
  const command = ['-c', ON_A_TERMINAL, JSON.stringify(answers), process.execPath, SCRIPT, ...args]
  const child = spawn('python3', command, { env, cwd: sandbox.folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const shown = text(child.stdout)
  await once(child, 'close')
  return { code: child.exitCode, shown: await shown }
}
