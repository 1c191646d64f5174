import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROBLEM_CODES } from '#core/base/problem-codes.ts'
import { Rates } from '#core/contract/prices.ts'
import { isSettingKey, SETTINGS } from '#core/contract/settings.ts'
import { RULES } from '#core/failures/rules/index.ts'
import { buildProgram } from '#core/cli/program.ts'
import { SPECIFIC } from '#core/local-clusters/causes/rules.ts'
import { GENERAL } from '#core/local-clusters/causes/rules-general.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { parsePrices } from '#core/prices/parse-prices.ts'
import { validateDocument } from '#core/pipelines/index.ts'
import { CHECKS } from '#core/promotion/judge/checks.ts'
import { SURVEY_CHECKS } from '#core/promotion/survey-checks.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
]

/** The complete pipelines among the yaml blocks of a document. */
function pipelinesIn(file: string): string[] {
  return [...read(file).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, block]) => block ?? '')
    .filter((block) => block.startsWith('apiVersion:'))
}

describe('the documents', () => {
  const examples = documents.flatMap((file) => pipelinesIn(file).map((text, i) => ({ file, number: i + 1, text })))

  test('hold pipelines in the README and in the reference', () => {
    expect(new Set(examples.map(({ file }) => file))).toEqual(new Set(['README.md', join('docs', 'pipeline.md')]))
  })

  test.each(examples)('pipeline $number of $file is valid and draws no warning', ({ text }) => {
    const validation = validateDocument(text)
    expect(validation.ok ? validation.warnings : validation.issues).toEqual([])
  })
})

describe('docs/problems.md', () => {
  test('has a row for every code, with its status and whether a retry makes sense, and no other row', () => {
    const rows = [...read('docs/problems.md').matchAll(/^\| `(\w+)` *\| *(\d+) *\| *(yes|no) *\|/gm)]
    const written = rows.map(([, code, status, retry]) => [code, Number(status), retry === 'yes'])
    expect(written).toEqual(Object.entries(PROBLEM_CODES).map(([code, it]) => [code, it.status, it.retry]))
  })
})

describe('docs/prices.md', () => {
  test('has an example that is valid, with every key, and a row for every key and no other', () => {
    const [, example = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(read('docs/prices.md')) ?? []
    const parsed = parsePrices(example)
    const keys = Object.keys(Rates.shape)
    expect(parsed.ok ? Object.keys(parsed.prices.default) : parsed.issues).toEqual(keys)
    expect([...read('docs/prices.md').matchAll(/^\| `(\w+)` /gm)].map(([, key]) => key)).toEqual(keys)
  })
})

describe('docs/settings.md', () => {
  test('has a row for every setting with its default, and no other row', () => {
    const rows = [...read('docs/settings.md').matchAll(/^\| `([\w.]+)` *\| (`([^`]*)`|empty) *\|/gm)]
    const written = rows.map(([, key, , value = '']) => [key, value])
    const known = Object.keys(SETTINGS).filter(isSettingKey)
    expect(written).toEqual(known.map((key) => [key, String(SETTINGS[key].default)]))
  })
})

describe('docs/api.md', () => {
  test('names every route and no other', () => {
    const rows = [...read('docs/api.md').matchAll(/^\| `([A-Z]+ \/\S*)` *\|/gm)].map(([, route]) => route)
    expect(rows).toEqual(Object.values<Route>(ROUTES).map(({ method, path }) => `${method} ${path}`))
  })

  test('names every WebSocket', () => {
    const missing = Object.values(SOCKETS).filter(({ path }) => !read('docs/api.md').includes(path))
    expect(missing).toEqual([])
  })
})

describe('docs/failures.md', () => {
  const rows = read('docs/failures.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))

  test('has a row for every rule in their order, with its sentence and its fix, and no other row', () => {
    expect(rows.map((row) => /^\| `([\w-]+)` *\|/.exec(row)?.[1])).toEqual(RULES.map(({ id }) => id))
    const lacking = RULES.filter(({ sentence, fix }, at) => {
      const row = rows[at] ?? ''
      return !row.includes(sentence) || !row.includes(fix)
    })
    expect(lacking).toEqual([])
  })
})

describe('docs/local-clusters.md', () => {
  const rows = [...read('docs/local-clusters.md').matchAll(/^\| `([\w-]+)` *\|/gm)].map(([, id]) => id)

  test('has a row for every check of this machine, in their order', () => {
    const checks = [...read('core/local-clusters/preflight/checks.ts').matchAll(/id: '([\w-]+)'/g)].map(([, id]) => id)
    expect(checks.length).toBeGreaterThan(10)
    expect(rows.slice(0, checks.length)).toEqual(checks)
  })

  test('has a row for every cause that is known, with its fix', () => {
    const lines = read('docs/local-clusters.md').split('\n')
    const lacking = [...SPECIFIC, ...GENERAL].filter(
      ({ id, fix }) => !lines.some((line) => line.startsWith(`| \`${id}\``) && line.includes(fix)),
    )
    expect(lacking).toEqual([])
  })
})

describe('docs/push-checks.md', () => {
  test('has a row for every check of a push, in their order, and no other row', () => {
    const rows = [...read('docs/push-checks.md').matchAll(/^\| `([\w-]+)` *\| *\S.*\| *\S.*\|$/gm)].map(([, id]) => id)
    expect(rows).toEqual(Object.keys({ ...CHECKS, ...SURVEY_CHECKS }))
  })
})

describe('docs/cli.md', () => {
  const program = buildProgram({ exitCode: 0, file: undefined }, '0.0.0')
  const sections = new Map(
    read('docs/cli.md')
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text]),
  )

  test('has a section for every verb and no other', () => {
    expect([...sections.keys()].toSorted()).toEqual(program.commands.map((command) => command.name()).toSorted())
  })

  test('names every flag in the section of its verb', () => {
    const missing = program.commands.flatMap((command) =>
      command.options
        .map((option) => option.long ?? option.flags)
        .filter((flag) => sections.get(command.name())?.includes(flag) !== true)
        .map((flag) => `${command.name()} ${flag}`),
    )
    expect(missing).toEqual([])
  })

  test('names every command of a group', () => {
    const missing = program.commands.flatMap((group) =>
      group.commands
        .map((command) => `minisub ${group.name()} ${command.name()}`)
        .filter((words) => sections.get(group.name())?.includes(words) !== true),
    )
    expect(missing).toEqual([])
  })
})

test('the README names every verb', () => {
  const program = buildProgram({ exitCode: 0, file: undefined }, '0.0.0')
  const readme = read('README.md')
  const missing = program.commands.map((command) => command.name()).filter((verb) => !readme.includes(`\`${verb} `))
  expect(missing.filter((verb) => !readme.includes(`\`${verb}\``))).toEqual([])
})
