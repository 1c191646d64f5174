import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { Problem } from '#core/base/problem.ts'

/** Lines that were pasted together come within this time. */
const PASTE_MS = 100

/** All of stdin as text, without one line break at its end. Throws Problem `invalid_value` where it is not UTF-8. */
export async function readStdin(stdin: NodeJS.ReadableStream = process.stdin): Promise<string> {
  const bytes = await buffer(stdin)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Problem('invalid_value', 'the value on stdin is not UTF-8: encode it, as base64 for instance', { cause })
  }
}

/**
 * Asks for one line on the terminal and shows nothing of it; undefined after Ctrl-C. Throws Problem `usage` where several
 * lines were pasted: the shell would run what is left over.
 */
export async function readHiddenLine(question: string): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  // Not before the terminal has stopped showing what is typed.
  process.stderr.write(question)
  try {
    const lines = await new Promise<readonly string[] | undefined>((resolve) => {
      const typed: string[] = []
      reader.on('line', (line) => {
        if (typed.push(line) === 1) setTimeout(() => resolve(typed), PASTE_MS)
      })
      reader.once('SIGINT', () => resolve(undefined))
      reader.once('close', () => resolve(typed))
    })
    return oneOf(lines)
  } finally {
    process.stderr.write('\n')
    reader.close()
  }
}

function oneOf(lines: readonly string[] | undefined): string | undefined {
  if (lines === undefined) return undefined
  if (lines.length <= 1) return lines[0] ?? ''
  throw new Problem('usage', 'a value of several lines cannot be typed here: give it on stdin, as in `< key.pem`')
}
