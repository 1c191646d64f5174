import { createContext, Script, type Context } from 'node:vm'

const LIMIT_MS = 200
const script = new Script('new RegExp(pattern, "u").test(text)')
let context: Context | undefined

/**
 * Whether a text matches a pattern, for `checkValue`. A pattern such as `(a+)+$` can take years on a short text, and
 * the core would stand still: so it gives up after 0.2 s, with an Error that says so.
 */
export function matchesInTime(pattern: string, text: string): boolean {
  context ??= createContext({})
  Object.assign(context, { pattern, text })
  try {
    return script.runInContext(context, { timeout: LIMIT_MS }) === true
  } catch (error) {
    const { code, message } = readError(error)
    const tooLong = 'matching takes too long, so write the pattern without a repetition inside a repetition'
    throw new Error(code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooLong : message, { cause: error })
  }
}

/** An error of another context is no instance of this one's Error. */
function readError(error: unknown): { code: unknown; message: string } {
  if (typeof error !== 'object' || error === null) return { code: undefined, message: String(error) }
  const { code, message } = error as { code?: unknown; message?: unknown }
  return { code, message: String(message) }
}
