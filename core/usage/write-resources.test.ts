import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeResources, type WantedResources } from './index.ts'

const of = (steps: string): string => `# about it\napiVersion: mini-submarine/v1\nspec:\n  steps:\n${steps}`
const BOTH: WantedResources = { cpu: 0.6, memory: '384Mi' }
const written = (text: string, wanted: WantedResources = BOTH): string => writeResources(text, new Map([['a', wanted]]))

test.each([
  [
    'a step without any, in lines',
    '    a:\n      # runs\n      command: [x]  # so\n\n    b:\n      command: [y]\n',
    '    a:\n      # runs\n      command: [x]  # so\n      resources: {cpu: 0.6, memory: 384Mi}\n\n    b:\n      command: [y]\n',
  ],
  [
    'a step whose last value is in lines too',
    '    a:\n      command: [x]\n      outputs:\n        m:\n          type: file # big\n    b: {command: [y]}\n',
    '    a:\n      command: [x]\n      outputs:\n        m:\n          type: file # big\n      resources: {cpu: 0.6, memory: 384Mi}\n    b: {command: [y]}\n',
  ],
  [
    'a step that ends with a text of several lines',
    '    a:\n      command:\n        - sh\n        - -c\n        - |\n          one\n          two\n',
    '    a:\n      resources: {cpu: 0.6, memory: 384Mi}\n      command:\n        - sh\n        - -c\n        - |\n          one\n          two\n',
  ],
  [
    'a step in braces, spelled with spaces',
    '    a: { command: [x], cache: false }\n',
    '    a: { command: [x], cache: false, resources: { cpu: 0.6, memory: 384Mi } }\n',
  ],
  [
    'resources in braces, of which one is there',
    '    a: {command: [x], resources: {cpu: 2, gpu: 1}} # end\n',
    '    a: {command: [x], resources: {cpu: 0.6, gpu: 1, memory: 384Mi}} # end\n',
  ],
  [
    'resources in lines, in quotes, with comments',
    "    a:\n      resources:\n        memory: '2Gi' # too much?\n        cpu: 500m\n      command: [x]\n",
    "    a:\n      resources:\n        memory: '384Mi' # too much?\n        cpu: 0.6\n      command: [x]\n",
  ],
  [
    'resources in lines, of which one is there',
    '    a:\n      resources:\n        gpu: 1 # one\n      command: [x]\n',
    '    a:\n      resources:\n        gpu: 1 # one\n        cpu: 0.6\n        memory: 384Mi\n      command: [x]\n',
  ],
  [
    'no newline at the end',
    '    a:\n      command: [x]',
    '    a:\n      command: [x]\n      resources: {cpu: 0.6, memory: 384Mi}',
  ],
])('changes nothing but the resources: %s', (_, before, after) => {
  expect(written(of(before))).toBe(of(after))
})

test('keeps line ends of Windows, and JSON is written as JSON', () => {
  expect(written(of('    a:\n      command: [x]\n').replaceAll('\n', '\r\n'))).toBe(
    of('    a:\n      command: [x]\n      resources: {cpu: 0.6, memory: 384Mi}\n').replaceAll('\n', '\r\n'),
  )
  const json = '{"spec": {"steps": {"a": {"command": ["x"]}}}}'
  expect(JSON.parse(written(json))).toEqual({
    spec: { steps: { a: { command: ['x'], resources: { cpu: 0.6, memory: '384Mi' } } } },
  })
})

test.each([
  ['{"cpu":0.6,"memory":"384Mi"}', '{}'],
  ['{"memory": "384Mi", "cpu": 0.6}', '{"memory": 2000000000, "cpu": "500m"}'],
  ['{"gpu": 1, "cpu": 0.6, "memory": "384Mi"}', '{"gpu": 1}'],
])('JSON stays JSON: %s instead of %s', (after, before) => {
  const json = (resources: string) => `{"spec": {"steps": {"a": {\n  "resources": ${resources},\n  "command": ["x"]}}}}`
  const text = written(json(before))
  expect(JSON.parse(text)).toEqual(JSON.parse(json(after)))
})

test('writes what is wanted alone, of several steps at once', () => {
  const text = of('    a: {command: [x], resources: {cpu: 2, memory: 2Gi}}\n    b: {command: [y]}\n')
  expect(written(text, { cpu: null, memory: '1Gi' })).toBe(text.replace('2Gi', '1Gi'))
  expect(written(text, { cpu: null, memory: null })).toBe(text)
  const wanted = new Map([
    ['b', { cpu: 1, memory: null }],
    ['a', { cpu: 1, memory: null }],
  ])
  expect(writeResources(text, wanted)).toBe(
    text.replace('cpu: 2', 'cpu: 1').replace('[y]}', '[y], resources: {cpu: 1}}'),
  )
})

describe('what is written elsewhere too is left to its author', () => {
  test.each([
    '    a: &one {command: [x]}\n    b: *one\n',
    '    b: &one {command: [x]}\n    a: *one\n',
    '    a: {command: [x], resources: &big {cpu: 2}}\n    b: {command: [y], resources: *big}\n',
    '    b: {command: [y], resources: &big {cpu: 2}}\n    a: {command: [x], resources: *big}\n',
    '    b: {command: [y], resources: {cpu: &two 2}}\n    a: {command: [x], resources: {cpu: *two}}\n',
    '    a: {command: [x], resources: {cpu: &two 2}}\n    b: {command: [y], resources: {cpu: *two}}\n',
  ])('%s', (steps) => {
    expect(() => written(of(steps))).toThrow(expect.objectContaining({ code: 'not_supported' }))
  })
})

test('however steps are written, they say what was wanted and all else as before', () => {
  const size = fc.constantFrom('1Gi', "'2Gi'", '"64Mi"', '100000000')
  const resources = fc.option(fc.record({ cpu: fc.constantFrom('1', '500m', '"2"'), memory: size }), { nil: undefined })
  const indent = fc.constantFrom('  ', '    ')
  const comment = fc.constantFrom('', ' # why', '  # {cpu: 9}')
  const isFlow = fc.boolean()
  fc.assert(
    fc.property(resources, indent, comment, isFlow, fc.boolean(), (has, gap, note, flow, isFirst) => {
      const own =
        has === undefined
          ? []
          : flow
            ? [`resources: {cpu: ${has.cpu}, memory: ${has.memory}}${note}`]
            : ['resources:', `${gap}cpu: ${has.cpu}${note}`, `${gap}memory: ${has.memory}`]
      const command = [`command: [x, "a: b"]${note}`]
      const lines = isFirst ? [...own, ...command] : [...command, ...own]
      const text = `spec:\n${gap}steps:\n${gap}${gap}a:\n${lines.map((line) => `${gap.repeat(3)}${line}\n`).join('')}`
      const after = written(text)
      const { resources: wanted, ...rest } = parse(after).spec.steps.a
      // What was in quotes stays so.
      expect({ ...wanted, cpu: Number(wanted.cpu) }).toEqual(BOTH)
      expect(rest).toEqual({ command: ['x', 'a: b'] })
      expect(after.match(/#[^\n]*/g)).toEqual(text.match(/#[^\n]*/g))
    }),
  )
})
