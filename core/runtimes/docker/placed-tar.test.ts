import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import type { Placed } from '../driver.ts'
import { tarOf } from './placed-tar.ts'

async function headersOf(placed: readonly Placed[], user: string): Promise<Header[]> {
  const [entries, headers]: [ReturnType<typeof extract>, Header[]] = [extract(), []]
  entries.on('entry', (header, stream, next) => {
    headers.push(header)
    stream.on('end', next).resume()
  })
  await pipeline(tarOf(placed, user), entries)
  return headers
}

const file = (path: string): Placed => ({ kind: 'bytes', path, mode: 0o644, bytes: 'x' })

test.each(['/a b/ü/日本', `/${'long/'.repeat(60)}name`, `/${'é'.repeat(120)}`])(
  'a name comes as it is: %s',
  async (path) => {
    expect((await headersOf([file(path)], '')).map(({ name }) => name)).toEqual([path.slice(1)])
  },
)

test.each([
  ['', 0, 0, 0o644],
  ['1000', 1000, 0, 0o644],
  ['1000:100', 1000, 100, 0o644],
  ['262144', 0, 0, 0o666],
  ['1000660000:0', 0, 0, 0o666],
  ['app', 0, 0, 0o666],
])('what is placed can be used by the user %j of an image', async (user, uid, gid, mode) => {
  expect(await headersOf([file('/a')], user)).toMatchObject([{ uid, gid, mode }])
})
