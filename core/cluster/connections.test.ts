import { expect, test } from 'vitest'
import { PROFILE } from './compile-fixture.ts'
import { storeCredentials, storeId } from './connections.ts'

test('a bucket with its prefix has one id, whoever asks and by whatever credentials', () => {
  const { artifacts } = PROFILE
  const id = storeId(PROFILE)
  const idWith = (change: object): string => storeId({ ...PROFILE, artifacts: { ...artifacts, ...change } })
  expect(id).toMatch(/^[0-9a-f]{16}$/)
  expect(storeId({ ...PROFILE, namespace: 'other', context: 'd' })).toBe(id)
  expect(idWith({ accessKey: { secret: 't', key: 'b' }, region: 'x' })).toBe(id)
  for (const change of [{ bucket: 'b2' }, { prefix: 'p2/' }, { endpoint: 'https://s4.example' }])
    expect(idWith(change)).not.toBe(id)
})

test('credentials of a bucket that are not set here are named', async () => {
  const read = (secret: string, key: string) => Promise.resolve(key === 'a' ? `${secret}!` : undefined)
  await expect(storeCredentials(PROFILE.artifacts, { read })).rejects.toMatchObject({
    code: 'secret_missing',
    message: expect.stringContaining('minisub secret set s b') as unknown,
  })
})
