import type { Json } from '#core/base/json.ts'
import { readDocument, type PathPart } from '#core/pipelines/index.ts'
import { grammarOfProgram, PLAIN_WORDS, type Grammar } from './grammar.ts'

/** A text of the document that may name something of this machine. Expressions in it are blank. */
export type DocumentText = {
  readonly text: string
  readonly grammar: Grammar
  /** Empty where it is that of all. */
  readonly steps: readonly string[]
  /** The line of something that stands in it. */
  readonly lineOf: (found: string) => number
}

/** A text is looked for in so many lines behind the beginning of its value. */
const NEAR = 400

/** The commands, variables and defaults of parameters of a document; none where it cannot be read. */
export function documentTexts(document: string): DocumentText[] {
  const read = readDocument(document)
  if (read.issues.length > 0) return []
  const lines = document.split('\n')
  const lineOf = (path: readonly PathPart[]) => (found: string) => {
    const first = read.placeOf(path)?.line ?? 1
    const at = lines.slice(first - 1, first - 1 + NEAR).findIndex((line) => line.includes(found))
    return at === -1 ? first : first + at
  }
  return partsOf(read.value).map(({ path, text, ...part }) => ({ ...part, text: blanked(text), lineOf: lineOf(path) }))
}

type Part = Pick<DocumentText, 'text' | 'grammar' | 'steps'> & { readonly path: readonly PathPart[] }

function partsOf(value: Json): Part[] {
  const spec = mapOf(mapOf(value)['spec'])
  const parameters = Object.entries(mapOf(spec['parameters'])).flatMap(([name, it]) =>
    textsIn(mapOf(it)['default'], ['spec', 'parameters', name, 'default'], []),
  )
  const shared = textsIn(mapOf(spec['defaults'])['env'], ['spec', 'defaults', 'env'], [])
  const steps = Object.entries(mapOf(spec['steps'])).flatMap(([name, it]) => {
    const path = ['spec', 'steps', name]
    const step = mapOf(it)
    return [
      ...commandTexts(step['command'], [...path, 'command'], name),
      ...textsIn(step['env'], [...path, 'env'], [name]),
    ]
  })
  return [...parameters, ...shared, ...steps]
}

const OF_CODE = /^-(?:[a-z]*c|e|-eval|-print)$/
/** Behind these a program is given no code any more. */
const OF_FILE = /^-m$|\.\w+$/

/** The words of a command; what a shell or Python is given as code is read as such, also behind `env` or `timeout 10`. */
function commandTexts(command: Json | undefined, path: readonly PathPart[], step: string): Part[] {
  if (!Array.isArray(command)) return []
  const words = command.map((word) => (typeof word === 'string' ? word : ''))
  const program = words.findIndex((word) => grammarOfProgram(word) !== undefined)
  const grammar = grammarOfProgram(words[program] ?? '')
  const behind = words.findIndex((word, at) => at > program && (OF_CODE.test(word) || OF_FILE.test(word)))
  const flag = OF_CODE.test(words[behind] ?? '') ? behind : -1
  return words.map((text, at) => ({
    text,
    grammar: grammar !== undefined && flag !== -1 && at === flag + 1 ? grammar : PLAIN_WORDS,
    steps: [step],
    path: [...path, at],
  }))
}

function textsIn(value: Json | undefined, path: readonly PathPart[], steps: readonly string[]): Part[] {
  if (typeof value === 'string') return [{ text: value, grammar: PLAIN_WORDS, steps, path }]
  if (Array.isArray(value)) return value.flatMap((it, at) => textsIn(it, [...path, at], steps))
  return Object.entries(mapOf(value)).flatMap(([key, it]) => textsIn(it, [...path, key], steps))
}

function mapOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return isMap(value) ? value : {}
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Expressions are values that are not known yet; offsets stay. */
function blanked(text: string): string {
  let [blank, at] = ['', 0]
  for (let start = text.indexOf('${{'); start !== -1; start = text.indexOf('${{', at)) {
    const close = text.indexOf('}}', start)
    if (close === -1) break
    blank += text.slice(at, start) + '0'.repeat(close + 2 - start)
    at = close + 2
  }
  return blank + text.slice(at)
}
