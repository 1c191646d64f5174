import { describe, expect, test } from 'vitest'
import { documentTexts } from './document-texts.ts'
import { grammarOf } from './grammar.ts'
import { search } from './search.ts'
import { sourceOf } from './source.ts'

const GRAMMARS = ['a.py', 'a.sh', 'a.js', 'a.yaml'].flatMap((name) => grammarOf(name, '') ?? [])

const SHORT = 4_000
const TIMES_LONGER = 8
/** What is no work of a scan: compiling, collecting garbage. */
const REST_US = 3_000

/** The time of the processor, in microseconds, that this thread takes for something. */
function costOf(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return user + system
}

/** Expects that the work on a text grows as the text does; with its square it would grow 64 times. */
function expectProportional(work: (text: string) => unknown, textOf: (length: number) => string): void {
  const [short, long] = [textOf(SHORT), textOf(SHORT * TIMES_LONGER)]
  const least = Math.min(
    costOf(() => work(short)),
    costOf(() => work(short)),
  )
  const most = Math.min(...[1, 2].map(() => costOf(() => work(long))))
  expect(most / (least + REST_US)).toBeLessThan(TIMES_LONGER * 3)
}

/** A beginning, and one part again and again. */
const KINDS: readonly (readonly [begin: string, part: string])[] = [
  '/home/a',
  '"',
  '(',
  'a:',
  '/a',
  '<<A\n',
  '~/',
  '1.',
  'x@',
  'http://',
  '-',
  'export A ',
  '"/home/a/" ',
  '$A ',
  'x.local ',
  'os.environ["A"] ',
  '"/data/a" datadatadatadata ',
  'in(',
  '`',
  "'",
  '"""',
  '/*',
  '=/[',
  '${{',
].map((part) => ['', part] as const)

const RUNS = ['}', ')', ',', '.', ' ', '\\', '"', "'", '$', '{', '\t', ' \n', 'a', 'A', '0', '=', '-a ', '[', '\r\n']
const BEGINS = [
  '',
  'x = "/home/a',
  'x = "C:/a',
  'x = "~/a',
  'x = "/tmp/a',
  'x = "/data/a',
  'x = r"C:\\a',
  'x = "http://a:',
  'x = "mysql+',

  'x = "10.0.0.1',
  'read -p "',
  "read -p '",
  'os.environ[',
  'os.environ.update({',
  'x = f"{',
  '${',
  'cat <<EOF\n',
  'source ',

  'x = os.environ.get("A"',
  'export ',
  '# ',
]

describe('the work on a text grows as the text does', () => {
  test.each(KINDS)('%j, and of %j very many', (begin, part) => {
    for (const grammar of GRAMMARS)
      expectProportional(
        (text) => search(sourceOf(text, grammar), 'ada-laptop', () => false),
        (length) => begin + part.repeat(length / part.length),
      )
  })

  test.each(BEGINS)('%j, and a long run of anything, which then ends otherwise', (begin) => {
    for (const grammar of GRAMMARS)
      for (const part of RUNS)
        expectProportional(
          (text) => search(sourceOf(text, grammar), 'ada-laptop', () => false),
          (length) => `${begin}${part.repeat(length / part.length)}x\n!`,
        )
  })

  test('here-documents of very many names', () => {
    const shell = GRAMMARS.filter(({ name }) => name === 'shell')
    for (const grammar of shell)
      expectProportional(
        (text) => sourceOf(text, grammar),
        (length) => Array.from({ length: length / 8 }, (_, at) => `<<E${at}\n`).join(''),
      )
  })

  test.each(['a', ' ', 'a ', '.', '/', 'env ', 'env -S '])('a first line of %j', (part) =>
    expectProportional(
      (text) => grammarOf('run', text),
      (length) => `#!${part.repeat(length / part.length)}/`,
    ),
  )

  test('a document with expressions that do not end', () =>
    expectProportional(documentTexts, (length) => {
      const command = ['sh', '-c', '${{ '.repeat(length / 4)]
      const spec = { steps: { a: { command } } }
      return JSON.stringify({ apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec })
    }))
})
