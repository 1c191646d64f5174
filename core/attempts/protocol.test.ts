import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CONTAINER, runnerEntrypoint } from './protocol.ts'

const DOCKERFILE = join(import.meta.dirname, '..', '..', 'resources', 'images', 'runner', 'Dockerfile')

describe('the entrypoint of containers', () => {
  test('is what the Dockerfile of the runner says', () => {
    const text = readFileSync(DOCKERFILE, 'utf8').replaceAll(/\n#\s*/g, ' ')
    expect(text).toContain(runnerEntrypoint('linux/amd64').join(' '))
    expect(text).toContain('on arm64 with ld-linux-aarch64.so.1')
  })

  test('differs between platforms in the loader alone, and lies in the folder of the runner', () => {
    const [first = '', ...rest] = runnerEntrypoint('linux/arm64')
    expect(first).toBe(`${CONTAINER.runner}/lib/ld-linux-aarch64.so.1`)
    expect(rest).toEqual(runnerEntrypoint('linux/amd64').slice(1))
  })

  test('is refused for platforms without a runner', () => {
    expect(() => runnerEntrypoint('windows/amd64')).toThrow('not of windows/amd64')
  })
})
