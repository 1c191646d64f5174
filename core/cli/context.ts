import { Problem } from '#core/base/problem.ts'

/** What every command gets beside its own arguments. */
export type Context = {
  /** The data folder, absolute. */
  readonly home: string
  /** True where stdout is for a program. */
  readonly json: boolean
}

/** Writes to stdout; resolves when it is safe to write more. */
export async function print(text: string): Promise<void> {
  if (text === '' || process.stdout.write(text)) return
  await new Promise((resume) => process.stdout.once('drain', resume))
}

/** One JSON object on stdout. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`)
}

/** A line on stderr, which is for people; nothing where the text is empty. */
export function say(text: string): void {
  if (text === '') return
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Whether to use colours on a stream: a terminal, and NO_COLOR is not set. */
export function wantsColours(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

/** The whole number that an option holds. Throws Problem `usage` naming the option. */
export function wholeNumber(option: string, text: string, minimum: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value
  throw new Problem('usage', `${option} wants a whole number of at least ${minimum} and got "${text}"`)
}
