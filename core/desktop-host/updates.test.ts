import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { FromHost } from '#core/contract/desktop.ts'
import { feedFile, isNewer, lookForUpdate } from './updates.ts'

const FILE = feedFile(process.platform, process.arch)
let feed: Server | undefined
afterEach(() => feed?.close())

/** What is told, and what was asked of a feed that answers with a text. */
async function look(answer: string, isWanted: boolean): Promise<{ told: FromHost[]; asked: string[] }> {
  const asked: string[] = []
  feed = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(answer)
  }).listen(0, '127.0.0.1')
  await once(feed, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = feed.address() as AddressInfo
  const told: FromHost[] = []
  const setting = { key: 'desktop.updates', type: 'boolean', default: false, description: '', source: 'file' } as const
  await lookForUpdate({
    client: {
      listSettings: async () => ({ settings: [{ ...setting, value: isWanted, variable: '' }], file: '', warnings: [] }),
    },
    post: (message) => told.push(message),
    releases: `http://127.0.0.1:${port}/app`,
    version: '0.1.0',
  })
  return { told, asked }
}

test('without the setting nobody is asked', async () => {
  expect(await look('version: 9.9.9', false)).toEqual({ told: [], asked: [] })
})

test('a newer version is told, once a look, with where it is', async () => {
  const { told, asked } = await look('version: 0.2.0\nfiles: []\n', true)
  expect(asked).toEqual([`/app/${FILE}`])
  expect(told).toEqual([
    {
      kind: 'notice',
      title: 'Mini-Submarine 0.2.0 is there',
      body: expect.stringMatching(/^This is 0\.1\.0\. The new one is at http:/),
      path: '/settings',
      isNews: true,
    },
  ])
})

test.each(['version: 0.1.0', 'version: 0.0.9', 'version: [1]', 'version: latest', '<html>', '', ': : :'])(
  'nothing is told of a feed that says %j',
  async (answer) => {
    await look(answer, true).then(
      ({ told }) => expect(told).toEqual([]),
      (error: unknown) => expect(String(error)).toMatch(/names no version|YAMLParseError/),
    )
  },
)

test.each([
  ['0.2.0', '0.1.9', true],
  ['1.0.0', '0.99.99', true],
  ['0.1.10', '0.1.9', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.1.0-beta.1', true],
  ['0.1.0-beta.1', '0.1.0', false],
  ['0.0.9', '0.1.0', false],
])('%s is newer than %s: %s', (latest, version, expected) => {
  expect(isNewer(latest, version)).toBe(expected)
})

test.each([
  ['linux', 'x64', 'latest-linux.yml'],
  ['linux', 'arm64', 'latest-linux-arm64.yml'],
  ['darwin', 'arm64', 'latest-mac.yml'],
  ['win32', 'x64', 'latest.yml'],
] as const)('the feed of %s on %s is %s', (platform, arch, file) => {
  expect(feedFile(platform, arch)).toBe(file)
})
