import { basename, extname } from 'node:path'

/** How comments and strings of a language are written, as far as a scan needs it. */
export type Grammar = {
  readonly name: 'python' | 'javascript' | 'shell' | 'config' | 'hash' | 'json'
  /** What may begin or end something: the scan jumps from one to the next. */
  readonly stop: RegExp
  readonly lineComment: '#' | '//' | null
  /** A `#` within a word begins no comment. */
  readonly atWord: boolean
  readonly quotes: string
  /** Quotes whose strings may go on over lines. */
  readonly manyLines: string
  /** Quotes within which a backslash means itself. */
  readonly verbatim: string
  /** Whether paths and addresses stand in strings alone, and not in words of the code. */
  readonly inStrings: boolean
}

const PYTHON: Grammar = {
  name: 'python',
  stop: /["'#()[\]{}]/g,
  lineComment: '#',
  atWord: false,
  quotes: `"'`,
  manyLines: '',
  verbatim: '',
  inStrings: true,
}
const JAVASCRIPT: Grammar = {
  name: 'javascript',
  stop: /["'`/]/g,
  lineComment: '//',
  atWord: false,
  quotes: `"'\``,
  manyLines: '`',
  verbatim: '',
  inStrings: true,
}
const SHELL: Grammar = {
  name: 'shell',
  stop: /["'#\\<]/g,
  lineComment: '#',
  atWord: true,
  quotes: `"'`,
  manyLines: `"'`,
  verbatim: `'`,
  inStrings: false,
}
const CONFIG: Grammar = { ...SHELL, name: 'config', stop: /["'#]/g, manyLines: '' }
const HASH: Grammar = { ...PYTHON, name: 'hash', stop: /["'#]/g, manyLines: `"'` }
const JSON_TEXT: Grammar = { ...CONFIG, name: 'json', stop: /"/g, lineComment: null }

const BY_EXTENSION: Readonly<Record<string, Grammar>> = {
  '.py': PYTHON,
  '.pyw': PYTHON,
  '.sh': SHELL,
  '.bash': SHELL,
  '.zsh': SHELL,
  '.ksh': SHELL,
  '.js': JAVASCRIPT,
  '.mjs': JAVASCRIPT,
  '.cjs': JAVASCRIPT,
  '.jsx': JAVASCRIPT,
  '.ts': JAVASCRIPT,
  '.mts': JAVASCRIPT,
  '.tsx': JAVASCRIPT,
  '.r': HASH,
  '.jl': HASH,
  '.yaml': CONFIG,
  '.yml': CONFIG,
  '.toml': CONFIG,
  '.ini': CONFIG,
  '.cfg': CONFIG,
  '.conf': CONFIG,
  '.env': CONFIG,
  '.properties': CONFIG,
  '.json': JSON_TEXT,
}

/** The grammar of a file by its name, of one without an ending by its first line; undefined of what is no code. */
export function grammarOf(path: string, text: string): Grammar | undefined {
  const ending = endingOf(path)
  if (ending !== '') return Object.hasOwn(BY_EXTENSION, ending) ? BY_EXTENSION[ending] : undefined
  const program = programOf(text)
  return program === undefined ? undefined : grammarOfProgram(program)
}

/** Of a longer first line a kernel reads no more. */
const FIRST_LINE = 256

/** The program that a first line such as `#!/usr/bin/env -S python3 -u` names. */
function programOf(text: string): string | undefined {
  const line = text.slice(0, FIRST_LINE).split('\n', 1)[0] ?? ''
  if (!line.startsWith('#!')) return undefined
  const [first = '', ...words] = line.slice(2).trim().split(/\s+/)
  return basename(first) === 'env' ? words.find((word) => !/^-|=/.test(word)) : first
}

/** A name such as `.env` is its ending. */
function endingOf(path: string): string {
  const name = basename(path).toLowerCase()
  return name.startsWith('.') && extname(name) === '' ? name : extname(name)
}

/** Whether a file of this name may be code: others need not be read. One without an ending may be. */
export function mayBeCode(path: string): boolean {
  const ending = endingOf(path)
  return ending === '' || Object.hasOwn(BY_EXTENSION, ending)
}

/** The grammar of what a program is given as code, such as `bash` or `python3.12`. */
export function grammarOfProgram(program: string): Grammar | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1)
  if (/^(?:ba|da|a|k|z)?sh$/.test(name)) return SHELL
  if (/^python[\d.]*$/.test(name)) return PYTHON
  return /^(?:node|deno|bun)$/.test(name) ? JAVASCRIPT : undefined
}

/** Of words that no shell reads. */
export const PLAIN_WORDS: Grammar = { ...JSON_TEXT, stop: /(?!)/g }
