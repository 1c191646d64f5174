import { createInterface } from 'node:readline'

/** Asks on the terminal; true for y or yes, false for all else, also for Ctrl-C. */
export async function askYes(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await new Promise<string>((resolve) => {
      reader.question(`${question} [y/N] `, resolve)
      reader.once('SIGINT', () => resolve(''))
      reader.once('close', () => resolve(''))
    })
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    reader.close()
  }
}
