import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type Dockerode from 'dockerode'
import { expect, test } from 'vitest'
import { readPage } from '#core/attempts/index.ts'
import { readContainerLog } from './container-log.ts'
import { LogWriter } from '#core/attempts/index.ts'

test('a stream that an engine leaves open after the end of the container ends, and what it brought counts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))
  const writer = new LogWriter(folder)
  const stream = new PassThrough()
  const record = Buffer.from('o5 said\n')
  stream.write(Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, record.length]), record]))
  const container = { logs: () => Promise.resolve(stream) } as unknown as Dockerode.Container
  const reading = await readContainerLog(container, {
    writer,
    signal: new AbortController().signal,
    ended: Promise.resolve(),
    onStarted: () => undefined,
    onOpen: () => undefined,
  })
  writer.close()
  expect(reading).toEqual({ end: undefined, stderr: '' })
  expect(readPage(folder, 0, 1000).lines.map(({ text }) => text)).toEqual(['said'])
  rmSync(folder, { recursive: true })
})
