import { describe, expect, test } from 'vitest'
import type { KeyParts } from './step-key.ts'
import { differences } from './why.ts'

const parts: KeyParts = {
  command: [['python'], ['train.py']],
  env: { A: ['1'], B: ['2'] },
  secrets: {},
  environment: 'e1',
  code: 'c1',
  inputs: { data: { step: 'k1', output: 'x' }, file: { content: 's1' }, 'steps.a.status': 'succeeded' },
  outputs: { model: { type: 'file' } },
}

describe('the differences of two keys', () => {
  test('are none where all parts are the same, whatever the order of their names', () => {
    expect(differences(parts, { ...parts, env: { B: ['2'], A: ['1'] } })).toEqual([])
  })

  test.each<[Partial<KeyParts>, string[]]>([
    [{ command: [['python'], ['other.py']] }, ['the command changed']],
    [{ env: { A: ['1'], B: ['3'] } }, ['env: B changed']],
    [{ env: { B: ['2'], C: ['3'] } }, ['env: A is gone', 'env: C is new']],
    [{ secrets: { T: { secret: 's', key: 'k' } } }, ['the secrets it names changed']],
    [{ environment: null }, ['the environment (Python or packages) changed']],
    [{ code: 'c2' }, ['the code files that it uses changed']],
    [{ inputs: { ...parts.inputs, data: { step: 'k2', output: 'x' } } }, ['inputs: what makes data changed']],
    [{ inputs: { ...parts.inputs, file: { content: 's2' } } }, ['inputs: the content of file changed']],
    [{ inputs: { ...parts.inputs, 'steps.a.status': 'failed' } }, ['inputs: what makes steps.a.status changed']],
    [{ inputs: {} }, ['inputs: data is gone', 'inputs: file is gone', 'inputs: steps.a.status is gone']],
    [{ outputs: { model: { type: 'folder' } } }, ['outputs: model changed']],
  ])('%j', (change, told) => expect(differences(parts, { ...parts, ...change })).toEqual(told))

  test('are all told, in the order of the parts', () => {
    expect(differences(parts, { ...parts, code: 'c2', command: [], outputs: {} })).toEqual([
      'the command changed',
      'the code files that it uses changed',
      'outputs: model is gone',
    ])
  })
})
