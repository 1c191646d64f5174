import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelSignature } from '#core/contract/models.ts'
import { NO_MODEL_FILE, readModelFile } from './model-file.ts'
import { packageOf, readConda, readRequirements } from './requirements.ts'

const signatureOf = (inputs: string) => readModelFile(`signature:\n  inputs: ${JSON.stringify(inputs)}\n`).signature

test('types of columns are said in words', () => {
  const properties = { a: { type: 'long' }, b: { type: 'map', values: { type: 'double' } } }
  const columns = [
    [{ type: 'double', name: 'x' }, 'double'],
    [{ type: 'array', items: { type: 'array', items: { type: 'long' } }, name: 'x' }, 'array(array(long))'],
    [{ type: 'object', properties, name: 'x' }, 'object(a: long, b: map(double))'],
    [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 28] }, name: 'x' }, 'tensor(float32)'],
    [{ name: 'x' }, '…'],
  ] as const
  for (const [column, type] of columns) expect(signatureOf(JSON.stringify([column]))?.inputs[0]?.type).toBe(type)
})

test.each([
  ['nothing', ''],
  ['no YAML', '{{{'],
  ['a list', '- 1'],
  ['a text', 'hello'],
  ['a tag', '!!python/object:os.system {}'],
  ['the same key twice', 'flavors: {}\nflavors: {}'],
  [
    'a bomb of aliases',
    `a: &a [1]\nb: &b [${'*a,'.repeat(500)}]\nc: &c [${'*b,'.repeat(500)}]\nd: [${'*c,'.repeat(500)}]`,
  ],
  ['what is nested too deep', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['too much', `a: ${'x'.repeat(1_100_000)}`],
])('an MLmodel file of %s says nothing', (_, text) => {
  expect(readModelFile(text)).toEqual(NO_MODEL_FILE)
})

test.each([
  ['"x"', []],
  ['{"a": 1}', []],
  ['[1, null, [], "x"]', []],
  ['not JSON', []],
  ['[{"name": 7, "shape": 8}]', [{ name: '', type: '…', shape: null, required: true }]],
])('columns that are %s are left out', (inputs, fields) => {
  expect(signatureOf(inputs)?.inputs).toEqual(fields)
})

test('a type that is nested deep in JSON is cut', () => {
  const deep = `${'{"type":"array","items":'.repeat(9_000)}"long"${'}'.repeat(9_000)}`
  expect(signatureOf(`[${deep}]`)?.inputs[0]?.type).toMatch(/^(?:array\(){11}…\)+$/)
})

test('whatever a file holds, it is read to what the contract allows, and never thrown at', () => {
  const part = fc.jsonValue({ maxDepth: 5 })
  const file = fc.record({ signature: fc.oneof(part, fc.record({ inputs: fc.json(), outputs: part })), flavors: part })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        file.map((it) => JSON.stringify(it)),
      ),
      (text) => {
        const { signature, flavors } = readModelFile(text)
        if (signature !== null) ModelSignature.parse(signature)
        expect(Object.keys(flavors)).toBeInstanceOf(Array)
        for (const line of [...readRequirements(text), ...readConda(text)]) {
          expect(line).not.toBe('')
          packageOf(line)
        }
      },
    ),
  )
})

test.each([
  ['mlflow==3.6.0', ['mlflow', '3.6.0']],
  ['Scikit_Learn === 1.7', ['scikit-learn', '1.7']],
  ['torch[cuda]>=2,<3 ; python_version < "3.13"', ['torch', '>=2,<3']],
  ['python=3.11.9', ['python', '3.11.9']],
  ['numpy', ['numpy', 'any']],
  ['pkg @ https://example.org/pkg.whl', ['pkg', '@ https://example.org/pkg.whl']],
  ['./local', undefined],
  ['', undefined],
])('the requirement %j is of %j', (requirement, found) => {
  expect(packageOf(requirement)).toEqual(found)
})

test('requirements are without comments and options, and conda has those of pip in it', () => {
  expect(readRequirements('# all\n-r more.txt\n--index-url x\r\na==1 # why\n\n b\n')).toEqual(['a==1', 'b'])
  expect(readConda('dependencies:\n- python=3.11\n- pip:\n  - a==1\n  - b\n- {x: 1}\n')).toEqual([
    'python=3.11',
    'a==1',
    'b',
  ])
  for (const text of ['', 'dependencies: 7', '- x', '{{']) expect(readConda(text)).toEqual([])
})

test('a long line of requirements takes no time that grows with its square', () => {
  const line = `${'a'.repeat(300)}${'[['.repeat(400)}`
  expect(packageOf(line)).toBeUndefined()
  expect(readRequirements('x\n'.repeat(100_000))).toHaveLength(2_000)
})
