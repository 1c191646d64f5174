import { afterEach, expect, test, vi } from 'vitest'
import { openClusterShell } from './cluster-shell.ts'
import { shellWord } from './text.ts'

afterEach(() => vi.unstubAllEnvs())

test('a shell that is not there is told with a way out', async () => {
  vi.stubEnv('SHELL', '/no/such/shell')
  await expect(openClusterShell({ context: 'kind-lab', kubeconfig: '/x' })).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringMatching(/^\/no\/such\/shell cannot be started .*: name another in SHELL$/),
  })
})

test.each([
  ['/home/ada/.kube/config', '/home/ada/.kube/config'],
  ['', `''`],
  ['a b', `'a b'`],
  ["it's $HOME", `'it'\\''s $HOME'`],
])('%j is the word %s of a shell', (text, word) => {
  expect(shellWord(text)).toBe(word)
})
