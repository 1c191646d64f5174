import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readForm, type ClusterFlags } from './cluster-form.ts'
import { checkedName } from './cluster-name.ts'

const REFUSED: readonly (readonly [ClusterFlags, string, RegExp])[] = [
  [{ name: 'Lab' }, 'invalid_value', /^--name: not a name of a cluster: 2 to 40 lower-case letters/],
  [{ name: 'a'.repeat(41) }, 'invalid_value', /^--name: not a name/],
  [{ workers: '9' }, 'invalid_value', /^--workers: at most 8 workers$/],
  [{ workers: 'two' }, 'usage', /^--workers wants a whole number of at least 0 and got "two"$/],
  [{ apiPort: '-1' }, 'usage', /^--api-port wants a whole number/],
  [{ registryPort: '70000' }, 'invalid_value', /^--registry-port: a port is 0 to 65535$/],
  [{ storePort: '1e3' }, 'usage', /^--store-port wants a whole number/],
  [{ quotaCpu: 'many' }, 'invalid_value', /^--quota-cpu: not a quantity of Kubernetes/],
  [{ defaultMemory: '4 GB' }, 'invalid_value', /^--default-memory: not a quantity/],
  [{ nodeImage: '' }, 'invalid_value', /^--node-image: is empty$/],
  [{ deadline: '0' }, 'invalid_value', /^--deadline: /],
  [{ deadline: '241' }, 'invalid_value', /^--deadline: /],
  [{ config: '/no/such/kind.yaml' }, 'input_missing', /^there is no file \/no\/such\/kind\.yaml/],
  [{ deadline: '0' }, 'invalid_value', /^--deadline: from 1 to 240 minutes$/],
  [{ name: '-', quotaMemory: 'x' }, 'invalid_value', /--name: .*; --quota-memory: /],
]

describe('the form of a cluster', () => {
  test('has a default for everything that no flag names', async () => {
    expect(await readForm({})).toEqual({
      name: 'local-cluster',
      workers: 0,
      apiPort: 0,
      registryPort: 0,
      storePort: 0,
      download: false,
      deadlineMinutes: 20,
    })
  })

  test('takes numbers, quantities and the absolute path of a file', async () => {
    const config = 'package.json'
    const form = await readForm({ name: 'lab', workers: '2', apiPort: '6443', quotaCpu: '500m', deadline: '5', config })
    expect(form).toMatchObject({ name: 'lab', workers: 2, apiPort: 6_443, quotaCpu: '500m', deadlineMinutes: 5 })
    expect(form.config).toBe(resolve(config))
  })

  test.each(REFUSED)('%j is refused as %s', async (flags, code, words) => {
    await expect(readForm(flags)).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  })
})

test.each(['Lab', 'a', 'lab-', '1ab', '../lab', '', 'lab\n'])('%j is no name of a cluster', (name) => {
  expect(() => checkedName(name)).toThrow(/is not a name of a cluster/)
})
