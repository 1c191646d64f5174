import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../cluster.ts'
import {
  kubeconfigFolder,
  sendStatus,
  startLocalServer,
  type KubeconfigFolder,
  type LocalServer,
} from './local-cluster-fixture.ts'

describe('the log of a container', () => {
  let server: LocalServer
  let config: KubeconfigFolder
  let cluster: Cluster
  let answer: (response: ServerResponse, path: string) => void

  beforeEach(async () => {
    server = await startLocalServer(({ url = '' }, response) => answer(response, url))
    config = kubeconfigFolder({ server: server.url })
    cluster = config.open()
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
    config[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  const followed = { container: 'main', follow: true }
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  async function textOf(log: AsyncIterable<Uint8Array>): Promise<string> {
    return Buffer.concat(await Array.fromAsync(log)).toString()
  }

  test('is asked for by container and age; an age below a second is one, since 0 would mean all', async () => {
    answer = (response, path) => response.end(path)
    const path = '/api/v1/namespaces/ml/pods/a/log?container=main'
    expect(await textOf(cluster.log('a', { container: 'main', follow: false }))).toBe(path)
    expect(await textOf(cluster.log('a', { ...followed, sinceSeconds: 0 }))).toBe(`${path}&follow=true&sinceSeconds=1`)
  })

  test('that is followed may be silent, before and after its first byte', async () => {
    answer = (response) => {
      setTimeout(() => response.write('a'), 200)
      setTimeout(() => response.end('b'), 400)
    }
    await using impatient = config.open({ connectMs: 50, silenceMs: 50 })
    expect(await textOf(impatient.log('a', followed))).toBe('ab')
  })

  test('that is not followed must not be silent', async () => {
    answer = (response) => response.write('a')
    const reading = textOf(cluster.log('a', { container: 'main', follow: false, timeoutMs: 100 }))
    await expect(reading).rejects.toMatchObject({ code: 'cluster_unreachable', message: /nothing came for 0\.1 s/ })
  })

  test('ends with a Problem when it is cut, after what came', async () => {
    answer = (response) => {
      response.write('a')
      setTimeout(() => server.cut(), 50)
    }
    let text = ''
    const reading = async (): Promise<void> => {
      for await (const part of cluster.log('a', followed)) text += Buffer.from(part).toString()
    }
    await expect(reading()).rejects.toMatchObject({ code: 'cluster_unreachable' })
    expect(text).toBe('a')
  })

  test('ends with the reason of a signal, whether it had begun or not', async () => {
    for (const begin of ['', 'a']) {
      answer = (response) => begin !== '' && response.write(begin)
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('enough')), 50)
      await expect(textOf(cluster.log('a', { ...followed, signal: stop.signal }))).rejects.toThrow('enough')
    }
  })

  test('can be left early; its connection ends, and nothing is thrown anywhere', async () => {
    let isClosed = false
    answer = (response) => response.on('close', () => (isClosed = true)).write('a')
    for await (const part of cluster.log('a', followed)) {
      expect(Buffer.from(part).toString()).toBe('a')
      break
    }
    await expect.poll(() => isClosed).toBe(true)
    const hanging = cluster.log('a', followed)[Symbol.asyncIterator]()
    await hanging.next()
    await cluster[Symbol.asyncDispose]()
    await expect(hanging.next()).rejects.toMatchObject({ code: 'cluster_unreachable' })
    await wait(50)
  })

  test('is refused in the words of the cluster', async () => {
    answer = (response) =>
      sendStatus(response, 400, 'container "main" in pod "a" is waiting to start: ContainerCreating')
    const reading = textOf(cluster.log('a', followed))
    await expect(reading).rejects.toMatchObject({ code: 'cluster_refused', message: /waiting to start/ })
  })
})
