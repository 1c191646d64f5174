import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PortabilityFinding } from '#core/contract/plan.ts'
import { validateDocument } from '#core/pipelines/index.ts'
import { grammarOf, grammarOfProgram, PLAIN_WORDS, type Grammar } from './grammar.ts'
import { scanCode, type CodeScan, type ScanOptions } from './scan-code.ts'
import { search } from './search.ts'
import { sourceOf } from './source.ts'
import { piecesOf, withoutComments } from './tokenize.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

async function scanned(document: string, files: Files, change: Partial<ScanOptions> = {}): Promise<CodeScan> {
  const validation = validateDocument(document)
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const bytes = new Map<string, Uint8Array>(
    Object.entries(files).map(([path, it]) => [path, typeof it === 'string' ? Buffer.from(it) : it] as const),
  )
  return scanCode({
    definition: validation.plan.definition,
    document,
    files: [...bytes].map(([path, it]) => ({ path, size: it.length, sha256: '', executable: false })),
    read: ({ path }) => bytes.get(path) ?? Buffer.alloc(0),
    images: {},
    hostName: 'ada-laptop',
    ...change,
  })
}

const documentOf = (spec: string): string =>
  `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: { name: p }\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`
const TWO = documentOf(`steps:
  prep: { command: [python, prep.py], files: [prep.py, shared.py] }
  train: { command: [python, train.py], env: { DEPTH: 3 }, secrets: { TOKEN: { secret: a, key: b } } }`)

const brief = ({ findings }: CodeScan) => findings.map(({ file, line, text, steps }) => [file, line, text, steps])

describe('the sample pipelines', () => {
  const samples = join(import.meta.dirname, '..', '..', '..', 'resources', 'samples')
  test.each(readdirSync(samples))('%s would run anywhere', async (name) => {
    const folder = join(samples, name)
    const paths = readdirSync(folder).filter(
      (path) => path !== 'pipeline.yaml' && !path.endsWith('.lock.json') && path !== '__pycache__',
    )
    const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]))
    const scan = await scanned(readFileSync(join(folder, 'pipeline.yaml'), 'utf8'), files)
    expect(scan.findings).toEqual([])
    expect(scan.files).toBeGreaterThan(0)
  })
})

describe('who is told', () => {
  test('the steps whose command names a file, else those whose files do, else all', async () => {
    const path = 'open("/home/ada/x")'
    const scan = await scanned(TWO, {
      'prep.py': path,
      'shared.py': `\n${path}`,
      'train.py': path,
      'other.py': path,
    })
    expect(brief(scan)).toEqual([
      ['other.py', 1, '/home/ada/x', ['train']],
      ['prep.py', 1, '/home/ada/x', ['prep']],
      ['shared.py', 2, '/home/ada/x', []],
      ['train.py', 1, '/home/ada/x', ['train']],
    ])
  })

  test('a variable is missing only for the steps to which nothing gives it', async () => {
    const read = 'os.environ["DEPTH"]; os.environ["TOKEN"]; os.environ["MINISUB_STEP"]; os.environ["CONDA_DIR"]'
    const { findings } = await scanned(TWO, { 'shared.py': read })
    expect(findings.map(({ text, steps }) => [text, steps])).toEqual([
      ['DEPTH', ['prep']],
      ['TOKEN', ['prep']],
      ['CONDA_DIR', []],
    ])
    expect(findings[0]).toMatchObject({
      kind: 'environment_variable',
      found: 'DEPTH is read, and nothing sets it for prep',
      fix: 'set it under env or secrets of the step, or give it a default in the code',
    } satisfies Partial<PortabilityFinding>)
    const known = await scanned(TWO, { 'shared.py': read }, { images: { '': ['CONDA_DIR'] } })
    expect(known.findings.map(({ text }) => text)).toEqual(['DEPTH', 'TOKEN'])
  })

  test('nobody of a default that is never used, nor of tests that no step names', async () => {
    const files = {
      'train.py': 'os.environ.get("DEPTH", "/home/ada/x")',
      'tests/test_train.py': 'open("/home/ada/x")',
      'test_prep.py': 'open("/home/ada/x")',
      'README.md': 'open("/home/ada/x")',
    }
    expect(brief(await scanned(TWO, files))).toEqual([])
  })

  test('a path below /tmp is no matter within one step, and does not go from one step to another', async () => {
    const alone = { 'prep.py': 'open("/tmp/a.csv", "w"); open("/tmp/a.csv")', 'train.py': 'open("/tmp/b.csv")' }
    expect(brief(await scanned(TWO, alone))).toEqual([])
    const scan = await scanned(TWO, { ...alone, 'train.py': '\nopen("/tmp/a.csv")' })
    expect(brief(scan)).toEqual([
      ['prep.py', 1, '/tmp/a.csv', ['prep']],
      ['train.py', 2, '/tmp/a.csv', ['train']],
    ])
    expect(scan.findings[0]?.found).toBe('/tmp/a.csv is named by prep and train, and each pod has a /tmp of its own')
  })

  test('as it may in a file that both use, and not in a variable that both are given', async () => {
    expect(brief(await scanned(TWO, { 'shared.py': 'CACHE = "/tmp/cache.db"' }))).toEqual([
      ['shared.py', 1, '/tmp/cache.db', []],
    ])
    const document = documentOf(`defaults: { env: { HF_HOME: /tmp/hf } }
steps:
  a: { command: [python, a.py] }
  b: { command: [python, b.py] }`)
    expect(brief(await scanned(document, {}))).toEqual([])
  })

  test('files of tests are those of the steps that run them', async () => {
    const document = documentOf(`steps:
  a: { command: [python, test_model.py] }
  b: { command: [pytest, ./checks/tests/] }
  c: { command: [python, -m, tests.test_data] }
  d: { command: [python, train.py] }`)
    const path = 'open("/home/ada/x")'
    const names = ['test_model.py', 'checks/tests/test_a.py', 'tests/test_data.py', 'tests/test_b.py']
    const scan = await scanned(document, Object.fromEntries(names.map((name) => [name, path])))
    expect(brief(scan)).toEqual([
      ['checks/tests/test_a.py', 1, '/home/ada/x', ['b']],
      ['test_model.py', 1, '/home/ada/x', ['a']],
      ['tests/test_data.py', 1, '/home/ada/x', ['c']],
    ])
  })
})

describe('the document', () => {
  test('is looked through: commands, variables and defaults, each with its line', async () => {
    const document = documentOf(`parameters:
  data: { type: string, default: /home/ada/wine.csv }
  many: { type: list, items: string, default: [a, "http://localhost:1234/x"] }
  ok: { type: string, default: "\${{ 1 }}" }
defaults: { env: { CACHE: ~/datasets/x } }
steps:
  fetch:
    # cp /home/ada/comment .
    command:
      - sh
      - -ec
      - |
        set -u
        # from /home/ada/comment
        curl "$API_URL/\${{ parameters.data }}" > x
        cp /mnt/nas/y .
    env: { BROKER: "kafka://broker:9092", LOCAL: /usr/bin }
  train: { command: [python, -c, "import os; print(os.environ['API_KEY'])", $NOT_READ, --data=/Users/ada/x] }`)
    expect(brief(await scanned(document, {}))).toEqual(
      [
        ['pipeline', 6, '/home/ada/wine.csv', []],
        ['pipeline', 7, 'http://localhost:1234', []],
        ['pipeline', 9, '~/datasets/x', []],
        ['pipeline', 19, 'API_URL', ['fetch']],
        ['pipeline', 20, '/mnt/nas/y', ['fetch']],
        ['pipeline', 21, 'kafka://broker:9092', ['fetch']],
        ['pipeline', 22, 'API_KEY', ['train']],
        ['pipeline', 22, '/Users/ada/x', ['train']],
      ].map(([file, line, text, steps]) => [
        file,
        line,
        text === 'http://localhost:1234' ? 'localhost:1234' : text,
        steps,
      ]),
    )
  })

  test.each([
    ['[env, bash, -c, "echo $API_KEY"]', ['API_KEY']],
    ['[/usr/bin/env, LANG=C, bash, -euo, pipefail, -c, "echo $API_KEY"]', ['API_KEY']],
    ['[timeout, "10", sh, -ec, "echo $API_KEY"]', ['API_KEY']],
    [`[uv, run, python, -c, "import os; os.environ['API_KEY']"]`, ['API_KEY']],
    ['[python, train.py, -c, "echo $API_KEY"]', []],
    ['[bash, run.sh, -c, "echo $API_KEY"]', []],
    ['[echo, "$API_KEY"]', []],
  ])('knows code in %s', async (command, wanted) => {
    const { findings } = await scanned(documentOf(`steps:\n  a: { command: ${command} }`), {})
    expect(findings.map(({ text }) => text)).toEqual(wanted)
  })

  test('shows no password of an address, in the code neither', async () => {
    const document = documentOf(`steps:
  a:
    command: [python, a.py]
    env:
      OTHER: x
      DB: "postgresql+psycopg2_x://ada:s3cret@db:5432/wine"`)
    const scan = await scanned(document, { 'a.py': 'mq = "amqp://ada:s3cret@queue"' })
    expect(brief(scan)).toEqual([
      ['pipeline', 10, 'postgresql+psycopg2_x://…@db:5432', []],
      ['a.py', 1, 'amqp://…@queue', []],
    ])
    expect(JSON.stringify(scan)).not.toMatch(/s3cret|ada:/)
  })

  test('that is JSON too', async () => {
    const spec = { steps: { a: { command: ['cat', '/home/ada/x'] } } }
    const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec }
    expect(brief(await scanned(JSON.stringify(document, null, 1), {}))).toEqual([['pipeline', 12, '/home/ada/x', []]])
  })
})

describe('files', () => {
  test('that are large or binary are left out and counted', async () => {
    const { leftOut, files, findings } = await scanned(TWO, {
      'large.py': `x = "/home/ada/x"\n${'#'.repeat(1024 * 1024)}`,
      'binary.py': Uint8Array.of(35, 0, 1),
      'notes.txt': 'x'.repeat(2_000_000),
      'fine.py': '',
    })
    expect([leftOut, files, findings]).toEqual([{ binary: 1, large: 1, unreadable: 0 }, 1, []])
  })

  test('are looked through in turns of 20 ms, between which others have theirs', async () => {
    let [now, turns, ended] = [0, 0, false]
    const read = () => ((now += 5), Buffer.from('x = 1\n'))
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}.py`, '']))
    const others = (): void => {
      turns += 1
      if (!ended) setImmediate(others)
    }
    setImmediate(others)
    expect(await scanned(TWO, files, { read, now: () => now })).toMatchObject({ files: 100, findings: [] })
    ended = true
    expect(turns).toBeGreaterThanOrEqual(24)
  })

  test('each are read once', async () => {
    const read: string[] = []
    const files = { 'a.py': 'x = 1', 'b.sh': 'ls', 'c.csv': '1', 'd.yaml': 'a: 1' }
    await scanned(TWO, files, {
      read: ({ path }) => {
        read.push(path)
        return Buffer.from('')
      },
    })
    expect(read).toEqual(['a.py', 'b.sh', 'd.yaml'])
  })

  test('are given up with the signal', async () => {
    let [now, read] = [0, 0]
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}.py`, '']))
    const abort = new AbortController()
    const giveUp = () => {
      read += 1
      now += 5
      if (read === 10) abort.abort(new Error('given up'))
      return Buffer.from('')
    }
    const scan = scanned(TWO, files, { read: giveUp, now: () => now, signal: abort.signal })
    await expect(scan).rejects.toThrow('given up')
    expect(read).toBe(12)
  })
})

describe('any text', () => {
  const grammars = ['a.py', 'a.sh', 'a.js', 'a.yaml', 'a.json', 'a.r', 'a.ini'].flatMap(
    (name) => grammarOf(name, '') ?? [],
  )
  const part = fc.constantFrom(
    '"',
    "'",
    '`',
    '"""',
    "'''",
    '#',
    '//',
    '/*',
    '*/',
    '\\',
    '\n',
    ' ',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '$',
    '${',
    '<<',
    '<<EOF',
    "<<'EOF'",
    'EOF',

    'r',
    'f',
    'os.environ[',
    'os.getenv(',
    'process.env.',
    'X',
    '/home/ada',
    'C:\\',
    '~/',
    'localhost',
    '::1',
    '10.0.0.1',
    'http://',
    ':',
    ',',
    '=',
    'in',
  )
  const soup = fc.array(part, { maxLength: 200 }).map((parts) => parts.join(''))
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), soup)

  test('is taken apart without a fault: pieces in their order, within the text, and nothing else moves', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...grammars, PLAIN_WORDS), (text, grammar: Grammar) => {
        const pieces = piecesOf(text, grammar)
        let at = 0
        for (const { start, end } of pieces) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeGreaterThan(start)
          at = end
        }
        expect(at).toBeLessThanOrEqual(text.length)
        const readable = withoutComments(text, pieces)
        expect([readable.length, readable.split('\n').length]).toEqual([text.length, text.split('\n').length])
      }),
      { numRuns: 500 },
    )
  })

  test('is searched without a fault, and what is found stands in it', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...grammars, PLAIN_WORDS), fc.string(), (text, grammar, hostName) => {
        for (const { hit } of search(sourceOf(text, grammar), hostName, () => false))
          expect(text.slice(hit.offset).includes(hit.text)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test('a program is known by its name', () => {
  expect(['/bin/sh', 'bash', 'python3.12', 'node', 'Rscript'].map((it) => grammarOfProgram(it)?.name)).toEqual([
    'shell',
    'shell',
    'python',
    'javascript',
    undefined,
  ])
})
