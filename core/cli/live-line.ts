import { openInterrupt } from './interrupt.ts'
import { say } from './context.ts'
import { openLiveScreen } from './live-screen.ts'
import { cutText, plainText } from './text.ts'

type Call<Result> = (options: {
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}) => Promise<Result>

/**
 * Runs a call that tells lines of progress: on a terminal the latest stands in one line, else each is one. Ctrl-C gives the
 * call up: then the result is undefined.
 */
export async function withLiveLine<Result>(title: string, call: Call<Result>): Promise<Result | undefined> {
  using interrupt = openInterrupt()
  const { signal } = interrupt
  try {
    return await shown(title, (onLine) => call({ signal, onLine }))
  } catch (error) {
    if (!signal.aborted) throw error
    say('cancelled')
    return undefined
  }
}

async function shown<Result>(
  title: string,
  call: (onLine: (line: string) => void) => Promise<Result>,
): Promise<Result> {
  const { stderr } = process
  if (!stderr.isTTY || process.env['TERM'] === 'dumb') return call((line) => say(plainText(line)))
  let lines = [title]
  using screen = openLiveScreen(stderr, () => lines)
  try {
    return await call((line) => {
      lines = [cutText(`${title}: ${plainText(line)}`, (stderr.columns || 80) - 1)]
      screen.update()
    })
  } finally {
    lines = []
    screen.update()
  }
}
