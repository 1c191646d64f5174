import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem, isProblem } from '#core/base/problem.ts'
import { selectContext } from './contexts.ts'
import { defaultKubeconfigPaths, openCluster, readKubeconfigs } from './index.ts'
import { parseKubeconfig, readKubeconfig } from './kubeconfig.ts'

describe('kubeconfig files', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-kubeconfig-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function file(name: string, text: string): string {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const config = (server: string, contexts: string[], current = ''): string =>
    `apiVersion: v1
kind: Config
current-context: "${current}"
clusters: [{name: here, cluster: {server: "${server}", certificate-authority: pki/ca.crt}}]
users: [{name: me, user: {token: ${contexts[0] ?? ''}, client-key: me.key, exec: {command: ./bin/login}}}]
contexts: [${contexts.map((it) => `{name: ${it}, context: {cluster: here, user: me, namespace: ns-${it}}}`).join()}]
`

  test('of several, the first that defines a name or a current context wins, and those that are not there count as empty', async () => {
    const paths = [
      join(folder, 'missing'),
      file('a', config('https://a', ['one', 'two'])),
      file('b', config('https://b', ['two', 'three'], 'three')),
    ]
    const of = { server: 'https://a', user: 'me', isCurrent: false }
    expect(await readKubeconfigs(paths)).toEqual([
      { ...of, name: 'one', namespace: 'ns-one' },
      { ...of, name: 'three', namespace: 'ns-three', isCurrent: true },
      { ...of, name: 'two', namespace: 'ns-two' },
    ])
    expect((await readKubeconfig(paths)).users.get('me')?.token).toBe('one')
  })

  test('paths in a file are those beside it', async () => {
    const merged = await readKubeconfig([file('a', config('https://a', ['one']))])
    expect(merged.clusters.get('here')).toMatchObject({ 'certificate-authority': join(folder, 'pki/ca.crt') })
    const exec = { command: join(folder, 'bin/login') }
    expect(merged.users.get('me')).toMatchObject({ 'client-key': join(folder, 'me.key'), exec })
  })

  test('may have what Go writes: null for empty, numbers for text, no user', async () => {
    const path = file('a', 'clusters: null\nusers: [{name: me, user: {password: 12345678901234567890}}]\ncontexts:\n')
    expect((await readKubeconfig([path])).users.get('me')?.password).toBe('12345678901234567890')
    expect(await readKubeconfigs([file('b', '')])).toEqual([])
  })

  test('a context without its cluster is listed, and refused', async () => {
    const path = file('a', 'contexts: [{name: one, context: {cluster: gone, user: me}}]')
    const [context] = await readKubeconfigs([path])
    expect(context).toEqual({ name: 'one', server: null, user: 'me', namespace: 'default', isCurrent: false })
    const selecting = selectContext({ kubeconfig: [path], context: 'one', namespace: 'ml' })
    await expect(selecting).rejects.toThrow('names the cluster gone, which is not there')
  })

  test('where the context is missing, those that are there are named; where there is none, that is said', async () => {
    const kubeconfig = [file('a', config('https://a', ['two', 'one']))]
    await using cluster = openCluster({ kubeconfig, context: 'three', namespace: 'ml' })
    const message = `the kubeconfig ${folder}/a has no context three: choose one of one, two`
    await expect(cluster.version()).rejects.toEqual(new Problem('cluster_config', message))
    await using none = openCluster({ kubeconfig: [join(folder, 'no')], context: 'x', namespace: 'ml' })
    await expect(none.version()).rejects.toThrow('there are none, check the path')
  })

  test.each([
    ['is no YAML', 'clusters: [\nusers: "s3cret', /not valid YAML \(line 2/],
    ['is no map', '- 1', /is no kubeconfig \(the file/],
    ['has a list where a map belongs', 'users: [{name: s3cret, user: [s3cret]}]', /users\.0\.user/],
    ['lacks the server', 'clusters: [{name: x, cluster: {}}]', /clusters\.0\.cluster\.server/],
  ])('one that %s is refused with the place and nothing of its text', async (_, text, words) => {
    const reading = readKubeconfigs([file('a', text)])
    await expect(reading).rejects.toMatchObject({ code: 'cluster_config', message: expect.stringMatching(words) })
    await expect(reading).rejects.not.toThrow('s3cret')
  })

  test('a folder in the place of a file is refused in words', async () => {
    await expect(readKubeconfigs([folder])).rejects.toMatchObject({ code: 'cluster_config', message: /EISDIR/ })
  })

  test.skipIf(process.getuid?.() === 0)('one that may not be read is refused in words', async () => {
    chmodSync(file('a', ''), 0o000)
    await expect(readKubeconfigs([join(folder, 'a')])).rejects.toMatchObject({ message: /EACCES/ })
  })

  test.each([
    ['server: "ftp://x"', /begins with https/],
    ['server: "https://x", proxy-url: "gopher://x"', /proxy/],
    ['server: "https://x", certificate-authority: gone.crt', /gone\.crt/],
    ['server: "https://x", certificate-authority-data: bm9uc2Vuc2U=', /certificates/],
  ])('a cluster with %s is refused before anything is connected', async (cluster, words) => {
    const text = `clusters: [{name: c, cluster: {${cluster}}}]\ncontexts: [{name: one, context: {cluster: c}}]`
    await using opened = openCluster({ kubeconfig: [file('a', text)], context: 'one', namespace: 'ml' })
    await expect(opened.version()).rejects.toMatchObject({
      code: 'cluster_config',
      message: expect.stringMatching(words),
    })
  })

  test('the usual files are those of KUBECONFIG, each once, else the one in the home folder', () => {
    expect(defaultKubeconfigPaths({ KUBECONFIG: '/a::/b:/a', HOME: '/home/x' })).toEqual(['/a', '/b'])
    expect(defaultKubeconfigPaths({ KUBECONFIG: '', HOME: '/home/x' })).toEqual(['/home/x/.kube/config'])
  })

  test('any text is a kubeconfig or a Problem', () => {
    const json = fc.json().map((it) => it)
    const nearly = fc.record({ clusters: fc.anything(), users: fc.anything(), contexts: fc.anything() })
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      json,
      nearly.map((it) => JSON.stringify(it, noBigInt)),
    )
    fc.assert(
      fc.property(text, (it) => isRead(it)),
      { numRuns: 500 },
    )
  })
})

function noBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function isRead(text: string): boolean {
  try {
    return typeof parseKubeconfig(text, 'x') === 'object'
  } catch (error) {
    return isProblem(error) && error.code === 'cluster_config'
  }
}
