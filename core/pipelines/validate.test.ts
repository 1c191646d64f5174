import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateDocument } from './validate.ts'

const HEAD = 'apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: p}\n'
const doc = (spec: string): string => `${HEAD}spec:\n${spec}`
const step = (text: string): string => doc(`  steps:\n    a: {command: ["true"]}\n    b: ${text}\n`)

function issuesOf(text: string) {
  const validation = validateDocument(text)
  return validation.ok ? [] : validation.issues
}

describe('a bad document gets one clear issue', () => {
  test.each<[name: string, text: string, code: string, message: RegExp]>([
    ['empty', '', 'document_syntax', /empty/],
    ['not YAML', 'a: [', 'document_syntax', /./],
    ['two documents', `${HEAD}---\n${HEAD}`, 'document_syntax', /./],
    ['unknown key', doc('  step: {}\n  steps: {a: {command: [x]}}'), 'unknown_key', /"step": did you mean "steps"/],
    ['unknown key of a step', step('{comand: [x], command: [x]}'), 'unknown_key', /did you mean "command"/],
    ['a later step kind', step('{notebook: a.ipynb}'), 'not_supported', /"notebook" is not in this version/],
    ['wrong type', step('{command: "echo hi"}'), 'wrong_type', /a list is wanted here, this is a text/],
    ['wrong type of a number', step('{command: [x], parallelism: many}'), 'wrong_type', /a number is wanted/],
    ['duplicate key', doc('  steps:\n    a: {command: [x]}\n    a: {command: [y]}\n'), 'duplicate_key', /twice/],
    ['missing command', step('{timeout: 5s}'), 'missing_key', /"command" is missing/],
    ['no steps', doc('  steps: {}'), 'invalid_value', /at least one step/],
    [
      'wrong version',
      'apiVersion: v2\nkind: Pipeline\nmetadata: {name: p}\nspec: {steps: {a: {command: [x]}}}',
      'wrong_type',
      /apiVersion must be/,
    ],
    [
      'bad pipeline name',
      `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: Big_Name}\nspec: {steps: {a: {command: [x]}}}`,
      'invalid_value',
      /DNS label/,
    ],
    ['bad step name', doc('  steps: {My-Step: {command: [x]}}'), 'invalid_name', /lower-case/],
    [
      'hyphen in a parameter',
      doc('  parameters: {test-fraction: {type: number}}\n  steps: {a: {command: [x]}}'),
      'invalid_name',
      /minus/,
    ],
    ['__proto__', step('{command: [x], env: {__proto__: x}}'), 'unknown_key', /__proto__/],
    [
      'cycle',
      doc(
        '  steps:\n    a: {command: [x], needs: [c]}\n    b: {command: [x], needs: [a]}\n    c: {command: [x], needs: [b]}\n',
      ),
      'cycle',
      /a → b → c → a/,
    ],
    ['self reference by needs', step('{command: [x], needs: [b]}'), 'cycle', /needs itself/],
    [
      'self reference by expression',
      step('{command: [x, "${{ steps.b.outputs.y }}"], outputs: {y: {type: number}}}'),
      'unknown_reference',
      /reads itself/,
    ],
    ['unknown step', step('{command: [x], needs: [aa]}'), 'unknown_reference', /unknown step "aa": did you mean "a"/],
    [
      'unknown step in an expression',
      step('{command: [x, "${{ steps.c.status }}"]}'),
      'unknown_reference',
      /unknown step "c"/,
    ],
    [
      'unknown output',
      step('{command: [x, "${{ steps.a.outputs.modle }}"]}'),
      'unknown_reference',
      /unknown output of step "a" "modle"/,
    ],
    [
      'unknown parameter',
      step('{command: [x, "${{ parameters.nope }}"]}'),
      'unknown_reference',
      /unknown parameter "nope"/,
    ],
    ['unknown environment', step('{command: [x], environment: nope}'), 'unknown_reference', /unknown environment/],
    ['bad CEL', step('{command: [x, "${{ 1 + }}"]}'), 'invalid_expression', /Unexpected token/],
    ['unended expression', step('{command: [x, "${{ 1"]}'), 'invalid_expression', /does not end/],
    ['empty expression', step('{command: [x, "${{ }}"]}'), 'invalid_expression', /empty/],
    ['each outside a fan-out', step('{command: [x, "${{ each.i }}"]}'), 'unknown_reference', /unknown each-variable/],
    [
      'each in when',
      step('{command: [x], forEach: {i: [1]}, when: "${{ each.i == 1 }}"}'),
      'unknown_reference',
      /only in command, env and inputs/,
    ],
    ['when that is no condition', step('{command: [x], when: "${{ 1 }}"}'), 'wrong_type', /true or false/],
    [
      'when with text around it',
      step('{command: [x], when: "x ${{ true }}"}'),
      'invalid_expression',
      /one expression is wanted/,
    ],
    ['forEach over a number', step('{command: [x], forEach: {i: "${{ 3 }}"}}'), 'wrong_type', /wants a list/],
    ['null items', step('{command: [x], forEach: {i: [1, null]}}'), 'invalid_value', /must not be null/],
    ['bad duration', step('{command: [x], timeout: soon}'), 'invalid_value', /30s, 5m/],
    ['no processes at all', step('{command: [x], resources: {pids: 0}}'), 'invalid_value', /pids|>=1/],
    ['half a process', step('{command: [x], resources: {pids: 1.5}}'), 'wrong_type', /./],
    ['bad shared memory', step('{command: [x], resources: {shm: much}}'), 'invalid_value', /64Mi/],
    ['a network that is no boolean', step('{command: [x], network: host}'), 'wrong_type', /./],
    ['bad memory', step('{command: [x], resources: {memory: lots}}'), 'invalid_value', /512Mi/],
    [
      'default of the wrong type',
      doc('  parameters: {n: {type: integer, default: x}}\n  steps: {a: {command: [x]}}'),
      'wrong_type',
      /default of parameter "n"/,
    ],
    [
      'default out of range',
      doc('  parameters: {n: {type: number, minimum: 1, default: 0}}\n  steps: {a: {command: [x]}}'),
      'wrong_type',
      /default of parameter "n"/,
    ],
    [
      'integer beyond 2^53',
      doc('  parameters: {n: {type: integer, default: 9007199254740993}}\n  steps: {a: {command: [x]}}'),
      'invalid_value',
      /2\^53/,
    ],
    [
      'not a number',
      doc('  parameters: {n: {type: number, default: .nan}}\n  steps: {a: {command: [x]}}'),
      'invalid_value',
      /finite/,
    ],
    [
      'secret that is also env',
      step('{command: [x], env: {T: x}, secrets: {T: {secret: s, key: k}}}'),
      'duplicate_key',
      /env and in secrets/,
    ],
    [
      'unknown environment kind',
      doc('  environments: {e: {conda: x}}\n  steps: {a: {command: [x]}}'),
      'wrong_type',
      /python, packages/,
    ],
    [
      'a Python version that is a number',
      doc('  environments: {e: {python: 3.10}}\n  steps: {a: {command: [x]}}'),
      'wrong_type',
      /in quotes/,
    ],
    ['tag', step('{command: !!js/function x}'), 'document_syntax', /./],
    [
      'artifact in a command',
      doc(
        '  steps:\n    a: {command: [x], outputs: {f: {type: file}}}\n    b: {command: [x, "${{ steps.a.outputs.f }}"]}\n',
      ),
      'wrong_type',
      /steps\.a\.outputs\.f\.path/,
    ],
    [
      'path of a value',
      doc(
        '  steps:\n    a: {command: [x], outputs: {n: {type: number}}}\n    b: {command: [x, "${{ steps.a.outputs.n.path }}"]}\n',
      ),
      'unknown_reference',
      /has no path/,
    ],
    [
      'parameter as an input',
      doc(
        '  parameters: {n: {type: number, default: 1}}\n  steps:\n    a: {command: [x], inputs: {n: "${{ parameters.n }}"}}\n',
      ),
      'invalid_expression',
      /output of a step/,
    ],
    [
      'type mismatch',
      doc(
        '  parameters: {n: {type: string, default: x}}\n  steps:\n    a: {command: [x], when: "${{ parameters.n > 3 }}"}\n',
      ),
      'invalid_expression',
      /no such overload: string > int/,
    ],
    [
      'integer compared with a float',
      doc(
        '  parameters: {n: {type: number, default: 1}}\n  steps:\n    a: {command: [x], when: "${{ parameters.n == 3 }}"}\n',
      ),
      'invalid_expression',
      /decimal point/,
    ],
  ])('%s', (_name, text, code, message) => {
    const issues = issuesOf(text)
    expect(issues.map((issue) => issue.code)).toContain(code)
    const issue = issues.find((it) => it.code === code && message.test(it.message))
    expect(issue, JSON.stringify(issues)).toBeDefined()
    expect(issues.length).toBeLessThanOrEqual(2)
  })

  test.each([
    ['arithmetic', 'steps.a.outputs.n + 1.0 > 2.0'],
    ['a function', 'string(steps.a.outputs.n) == "1"'],
    ['a macro', 'steps.a.outputs.l.exists(x, x > 1)'],
    ['a part of a value', 'steps.a.outputs.l[0] == 1'],
    ['a map', '{"x": steps.a.outputs.n} == {"x": 1.0}'],
  ])('CEL that a cluster could not compute alike is refused: %s', (_name, source) => {
    const text = doc(
      `  steps:\n    a: {command: [x], outputs: {n: {type: number}, l: {type: list, items: integer}}}\n    b: {command: [x], when: '\${{ ${source} }}'}\n`,
    )
    expect(issuesOf(text)).toMatchObject([{ code: 'expression_not_portable' }])
  })

  test('and the portable part of CEL is accepted', () => {
    const sources = [
      'steps.a.outputs.n >= 0.9',
      'steps.a.outputs.n > 1 && !(steps.a.status == "failed") || false',
      '2 in steps.a.outputs.l',
      'steps.a.outputs.n in [1.0, 2.0]',
      'size(steps.a.outputs.l) == 3',
      'steps.a.status == "failed" ? true : steps.a.outputs.n != -1.5',
      'steps.a.outputs.l == [1, 2]',
    ]
    for (const source of sources) {
      const text = doc(
        `  steps:\n    a: {command: [x], outputs: {n: {type: number}, l: {type: list, items: integer}}}\n    b: {command: [x], when: '\${{ ${source} }}'}\n`,
      )
      expect(issuesOf(text), source).toEqual([])
    }
  })

  test('a condition may read a step that also has files', () => {
    const text = doc(
      '  steps:\n    a: {command: [x], outputs: {n: {type: number}, f: {type: file}}}\n    b: {command: [x], when: "${{ steps.a.outputs.n > 1 }}"}\n',
    )
    expect(issuesOf(text)).toEqual([])
  })

  test('a fan-out may go over a list of unknown elements', () => {
    const text = doc(
      '  parameters: {l: {type: list}}\n  steps:\n    a: {command: [x], forEach: {i: "${{ parameters.l }}"}}\n',
    )
    expect(issuesOf(text)).toEqual([])
  })

  test('all faults are reported at once, in the order of the text, each with its place', () => {
    const text = doc(
      '  parameters: {n: {type: numbr}}\n  steps:\n    a: {command: [x, "${{ parameters.m }}"], needs: [z]}\n    b: {comand: [x]}\n',
    )
    const issues = issuesOf(text)
    expect(issues.map(({ code, place }) => [code, place?.line])).toEqual([
      ['wrong_type', 5],
      ['missing_key', 8],
      ['unknown_key', 8],
    ])
    const readable = issuesOf(text.replace('numbr', 'number'))
    expect(readable.map(({ code, path }) => [code, path])).toEqual(
      [
        ['unknown_reference', 'spec.steps.a.needs'],
        ['unknown_reference', 'spec.steps.a.command[1]'],
        ['missing_key', 'spec.steps.b.command'],
        ['unknown_key', 'spec.steps.b.comand'],
      ].toSorted((x, y) => (x[1] === 'spec.steps.a.command[1]' ? -1 : y[1] === 'spec.steps.a.command[1]' ? 1 : 0)),
    )
  })

  test('a fault in one step does not blame its readers', () => {
    const text = doc(
      '  steps:\n    a: {comand: [x], command: [x], outputs: {f: {type: file}}}\n    b: {command: [x], inputs: {f: "${{ steps.a.outputs.f }}"}}\n',
    )
    expect(issuesOf(text).map((issue) => issue.path)).toEqual(['spec.steps.a.comand'])
  })
})

describe('a hostile document costs little', () => {
  test.each<[string, () => string, string]>([
    ['10 MB', () => `${HEAD}# ${'x'.repeat(10_000_000)}`, 'document_too_large'],
    ['20,000 levels of brackets', () => `${HEAD}spec: ${'['.repeat(20_000)}`, 'document_too_deep'],
    ['20,000 levels of maps', () => `${HEAD}spec: ${'{a: '.repeat(20_000)}`, 'document_too_deep'],
    ['levels of block lists', () => `${HEAD}spec:\n  ${'- '.repeat(20_000)}x`, 'document_too_deep'],
    [
      'levels of indentation',
      () => `${HEAD}spec:\n${Array.from({ length: 600 }, (_, i) => `${' '.repeat(i + 1)}a:`).join('\n')}`,
      'document_too_deep',
    ],
    [
      'aliases that explode',
      () =>
        `${HEAD}spec:\n  a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
          .split('')
          .map((c, i) => `  ${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`)
          .join('\n')}`,
      'document_too_large',
    ],
    ['an alias within itself', () => `${HEAD}spec: &a [*a]`, 'document_too_large'],
  ])('%s', (_name, text, code) => {
    const began = performance.now()
    expect(issuesOf(text()).map((issue) => issue.code)).toContain(code)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('no text makes the reader throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void validateDocument(text)),
      { numRuns: 300 },
    )
    const lines = fc.array(
      fc.constantFrom(
        ...HEAD.split('\n'),
        'spec:',
        '  steps:',
        '    a: {command: [x, "${{ ',
        ' }}"]}',
        '  - &a b',
        '? *a',
        '!!x',
        '"',
        ': :',
      ),
    )
    fc.assert(
      fc.property(lines, (parts) => void validateDocument(parts.join('\n'))),
      { numRuns: 500 },
    )
  })

  test('no expression makes the checker throw', () => {
    const token = fc.constantFrom(
      'parameters',
      '.n',
      'steps.a',
      '.outputs',
      '.x',
      '[0]',
      '["x"]',
      '(',
      ')',
      '+',
      '&&',
      '?',
      ':',
      '"s"',
      '1',
      '2.0',
      'size',
      'in',
      ',',
      '{',
      '}',
      'each.i',
      '.map(x, x)',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const source = JSON.stringify(`\${{ ${tokens.join(' ')} }}`)
        validateDocument(
          doc(
            `  parameters: {n: {type: integer, default: 1}}\n  steps:\n    a: {command: [x], outputs: {x: {type: list}}}\n    b: {command: [x, ${source}], when: ${source}}\n`,
          ),
        )
      }),
      { numRuns: 1000 },
    )
  })
})

describe('warnings', () => {
  test('a default that could stand in below a failure is named', () => {
    const text = doc(
      '  steps:\n    a: {command: [x]}\n    b: {command: [x], needs: [a], outputs: {n: {type: number, default: 0}}}\n    c: {command: [x, "${{ steps.b.outputs.n }}"]}\n',
    )
    const validation = validateDocument(text)
    expect(validation).toMatchObject({
      ok: true,
      warnings: [
        { message: expect.stringMatching(/if "a" fails, "b" is skipped and "c" runs on the default/) as string },
      ],
    })
  })

  test('and not where the reader waits for that step too', () => {
    const text = doc(
      '  steps:\n    a: {command: [x]}\n    b: {command: [x], needs: [a], outputs: {n: {type: number, default: 0}}}\n    c: {command: [x, "${{ steps.b.outputs.n }}"], needs: [a]}\n',
    )
    expect(validateDocument(text)).toMatchObject({ ok: true, warnings: [] })
  })
})

/** Step `a` has a file and a value; step `b` registers, with this in the place of what is right. */
function registering(change: string, more = ''): string {
  const made = '{command: [x], outputs: {f: {type: file}, n: {type: number}, d: {type: folder}}}'
  const wanted = change.includes('from:') || change.startsWith('!') ? '' : ', from: "${{ steps.a.outputs.f }}"'
  return doc(
    `  parameters: {name: {type: string, default: wine}}\n  steps:\n    a: ${made}\n    b: {register: {${change.replace(/^!/, '')}${wanted}}${more}}\n`,
  )
}
const PATH = 'spec.steps.b.register'

describe('a register step', () => {
  test.each<[name: string, text: string, code: string, path: string, message: RegExp]>([
    ['without a model', registering('alias: x'), 'missing_key', `${PATH}.model`, /"model" is missing/],
    ['without files', registering('!model: m'), 'missing_key', `${PATH}.from`, /"from" is missing/],
    ['that is no map', step('{register: wine}'), 'wrong_type', PATH, /a map is wanted/],
    ['with an unknown key', registering('model: m, alais: x'), 'unknown_key', `${PATH}.alais`, /did you mean "alias"/],
    [
      'with a misspelt kind',
      step('{command: [x], registre: {}}'),
      'unknown_key',
      'spec.steps.b.registre',
      /did you mean "register"/,
    ],
    [
      'with a key that no step has',
      registering('model: m', ', wehn: "${{ true }}"'),
      'unknown_key',
      'spec.steps.b.wehn',
      /did you mean "when"/,
    ],
    ...[
      'command',
      'env',
      'secrets',
      'outputs',
      'forEach',
      'retry',
      'timeout',
      'resources',
      'environment',
      'inputs',
    ].map((key): [string, string, string, string, RegExp] => [
      `with ${key}`,
      registering('model: m', `, ${key}: {}`),
      'unknown_key',
      `spec.steps.b.${key}`,
      /starts nothing: take it out/,
    ]),
    [
      'of a value',
      registering('model: m, from: "${{ steps.a.outputs.n }}"'),
      'wrong_type',
      `${PATH}.from`,
      /is a value/,
    ],
    ['of a parameter', registering('model: m, from: "${{ parameters.name }}"'), 'wrong_type', `${PATH}.from`, /value/],
    [
      'of a path',
      registering('model: m, from: "${{ steps.a.outputs.f.path }}"'),
      'unknown_reference',
      `${PATH}.from`,
      /without \.path/,
    ],
    [
      'of a text',
      registering('model: m, from: best'),
      'invalid_expression',
      `${PATH}.from`,
      /one expression is wanted/,
    ],
    [
      'of an unknown output',
      registering('model: m, from: "${{ steps.a.outputs.ff }}"'),
      'unknown_reference',
      `${PATH}.from`,
      /did you mean "f"/,
    ],
    ['with a slash in the name', registering('model: a/b'), 'invalid_value', `${PATH}.model`, /has \/ or :/],
    ['with an empty name', registering('model: ""'), 'invalid_value', `${PATH}.model`, /needs a name/],
    ['with a long name', registering(`model: ${'m'.repeat(257)}`), 'invalid_value', `${PATH}.model`, /at most 256/],
    ['with a reserved alias', registering('model: m, alias: V1'), 'invalid_value', `${PATH}.alias`, /is reserved/],
    ['with a bad alias', registering('model: m, alias: "a b"'), 'invalid_value', `${PATH}.alias`, /digits, _ and -/],
    ['with a bad tag', registering('model: m, tags: {"a#": x}'), 'invalid_name', `${PATH}.tags.a#`, /the tag "a#"/],
    [
      'with a name that is known too late',
      registering('model: "${{ steps.a.outputs.n }}"'),
      'unknown_reference',
      `${PATH}.model`,
      /cannot be used here/,
    ],
    [
      'with a file in a text',
      registering('model: m, description: "${{ steps.a.outputs.f }}"'),
      'wrong_type',
      `${PATH}.description`,
      /is a file or folder/,
    ],
  ])('%s has one clear issue', (_name, text, code, path, message) => {
    expect(issuesOf(text)).toEqual([
      expect.objectContaining({ code, path, message: expect.stringMatching(message) as string }),
    ])
  })

  test.each<[name: string, more: string, code: string, path: string, message: RegExp]>([
    ['needs', 'command: [x], needs: [b]', 'invalid_value', 'spec.steps.c.needs', /which a cluster does not wait for/],
    [
      'a status',
      `command: [x, "\${{ steps.b.status }}"]`,
      'unknown_reference',
      'spec.steps.c.command[1]',
      /does not wait/,
    ],
    [
      'an output',
      `command: [x, "\${{ steps.b.outputs.version }}"]`,
      'unknown_reference',
      'spec.steps.c.command[1]',
      /nothing may read/,
    ],
  ])('is not waited for by %s of a step that runs a command', (_name, more, code, path, message) => {
    const text = `${registering('model: m')}    c: {${more}}\n`
    expect(issuesOf(text)).toEqual([
      expect.objectContaining({ code, path, message: expect.stringMatching(message) as string }),
    ])
  })

  test('may have names of parameters, texts of what other steps gave, and another register step above it', () => {
    const register =
      'model: "${{ parameters.name }}-x", alias: best, description: "of ${{ run.id }}", tags: {accuracy: "${{ steps.a.outputs.n }}", size: 3}'
    const text = `${registering(register, ', when: "${{ steps.a.outputs.n > 1.0 }}"')}    c: {register: {model: m, from: "\${{ steps.a.outputs.d }}"}, needs: {b: finished}, when: "\${{ steps.b.status == 'succeeded' }}"}\n  outputs: {told: "\${{ steps.c.status }}"}\n`
    const validation = validateDocument(text)
    if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
    expect(validation.warnings).toEqual([])
    const { steps } = validation.plan.definition
    expect(steps['b']).toMatchObject({
      kind: 'register',
      cache: false,
      register: { alias: 'best', tags: { size: '3' } },
    })
    expect(validation.plan.step('b').edges).toEqual([{ step: 'a', condition: 'succeeded', from: 'reads' }])
  })

  test('has a part in the digest of the pipeline, and leaves that of others as it was', () => {
    const digestOf = (text: string): string => {
      const validation = validateDocument(text)
      if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
      return validation.plan.digest
    }
    const digests = ['model: m', 'model: n', 'model: m, alias: x', 'model: m, tags: {a: b}'].map((it) =>
      digestOf(registering(it)),
    )
    expect(new Set(digests).size).toBe(4)
    expect(digestOf(doc('  steps: {a: {command: [x]}}'))).toBe(
      '89f72129ce7ab22832f2e64378ebc6a7ceefc0298e7cb5c2ac4ab1145a3f81a9',
    )
  })
})
