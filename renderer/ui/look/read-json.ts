/** A number as its file writes it, where a number of JavaScript would be another. */
export class WrittenNumber {
  readonly written: string
  constructor(written: string) {
    this.written = written
  }
}

/** What JSON says, no number rounded. */
export type Tree = null | boolean | number | string | WrittenNumber | readonly Tree[] | { readonly [key: string]: Tree }

/** Only such texts have numbers that may be rounded; all others are read faster. */
const MAY_BE_ROUNDED = /[\d.]{16}|\d[eE]/

/** Reads JSON. Throws a SyntaxError where it is none. */
export function readJson(text: string): Tree {
  if (!MAY_BE_ROUNDED.test(text)) return JSON.parse(text) as Tree
  try {
    return JSON.parse(text, exact) as Tree
  } catch (error) {
    // It is nested so deeply that it can only be read as it is.
    if (error instanceof RangeError) return JSON.parse(text) as Tree
    throw error
  }
}

/** Older browsers do not tell what is written. */
function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return isSame(context.source, String(value)) ? value : new WrittenNumber(context.source)
}

function isSame(a: string, b: string): boolean {
  return a === b || digitsOf(a) === digitsOf(b)
}

/** The same text for every way to write a number. */
function digitsOf(number: string): string {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  if (whole === '') return number
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  return `${sign}${short}e${Number(exponent) - part.length + digits.length - short.length}`
}
