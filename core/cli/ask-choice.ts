import { createInterface } from 'node:readline'

/** Asks on the terminal until one of the words, or its first letter, is typed; the last word for Ctrl-C and an empty line. */
export async function askChoice<Word extends string>(
  question: string,
  words: readonly [...Word[], Word],
): Promise<Word> {
  const [fallback] = words.slice(-1)
  if (fallback === undefined) throw new Error('there is nothing to choose from')
  for (;;) {
    const answer = await askLine(`${question} [${words.join('/')}] `)
    const typed = answer.trim().toLowerCase()
    if (typed === '') return fallback
    const chosen = words.find((word) => word === typed || word.startsWith(typed))
    if (chosen !== undefined) return chosen
  }
}

async function askLine(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise<string>((resolve) => {
      reader.question(question, resolve)
      reader.once('SIGINT', () => resolve(''))
      reader.once('close', () => resolve(''))
    })
  } finally {
    reader.close()
  }
}
