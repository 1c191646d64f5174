import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { environmentDigest, formatLockFile, lockMatches, parseLockFile, type PythonLock } from './lock.ts'

const HASH = `--hash=sha256:${'a'.repeat(64)}`
const python: PythonLock = {
  kind: 'python',
  spec: { python: '>=3.9', packages: ['six', 'numpy~=2.0'] },
  pythonMinor: '3.11',
  requirements: [
    `numpy==2.4.6 ; python_full_version < '3.12' and sys_platform == 'linux' ${HASH} ${HASH}`,
    `six==1.17.0 ${HASH}`,
  ],
}
const digest = `sha256:${'b'.repeat(64)}`
const image = {
  kind: 'image',
  image: 'python:3.11',
  indexDigest: digest,
  platforms: { 'linux/amd64': digest },
} as const

function textWith(change: Record<string, unknown>): string {
  return JSON.stringify({ version: 1, environments: { main: { ...python, ...change } } })
}

function problemOf(text: string): Problem {
  try {
    parseLockFile(text)
  } catch (error) {
    if (error instanceof Problem) return error
  }
  throw new Error('no Problem')
}

describe('a lock file', () => {
  test('comes back as it was, keys sorted, with a final newline', () => {
    const lock = { version: 1 as const, environments: { zebra: python, ape: image } }
    const text = formatLockFile(lock)
    expect(parseLockFile(text)).toEqual(lock)
    expect(text.endsWith('}\n')).toBe(true)
    expect(text.indexOf('"ape"')).toBeLessThan(text.indexOf('"zebra"'))
    expect(formatLockFile(parseLockFile(text))).toBe(text)
    expect(formatLockFile({ environments: { ape: image, zebra: python }, version: 1 })).toBe(text)
  })

  test.each([
    ['', /JSON/],
    ['[]', /object/],
    ['{"version":2,"environments":{}}', /version 1/],
    [textWith({ pythonMinor: '3' }), /environments\.main\.pythonMinor/],
    [textWith({ requirements: ['six==1.17.0'] }), /environments\.main\.requirements\.0: not a pinned package/],
    [textWith({ requirements: [`six>=1 ${HASH}`] }), /not a pinned package/],
    [textWith({ requirements: ['--index-url http://127.0.0.1/simple'] }), /not a pinned package/],
    [textWith({ requirements: [`six==1 ; python_version > '3' --pre ${HASH}`] }), /not a pinned package/],
    [textWith({ requirements: [`six @ http://127.0.0.1/six.whl ${HASH}`] }), /not a pinned package/],
    [textWith({ requirements: [`six==1 ${HASH}\n-r /etc/passwd`] }), /not a pinned package/],
    [textWith({ surprise: 1 }), /surprise/],
    [JSON.stringify({ version: 1, environments: { main: { ...image, indexDigest: 'latest' } } }), /sha256 digest/],
  ])('that is not one is a Problem that names the place: %s', (text, message) => {
    const problem = problemOf(text)
    expect(problem.code).toBe('lock_invalid')
    expect(problem.message).toMatch(message)
  })

  test('matches what was asked, whatever the order of packages, and nothing else', () => {
    expect(lockMatches(python, { python: '>=3.9', packages: ['numpy~=2.0', 'six'] })).toBe(true)
    expect(lockMatches(python, { python: '>=3.10', packages: ['numpy~=2.0', 'six'] })).toBe(false)
    expect(lockMatches(python, { python: '>=3.9', packages: ['six'] })).toBe(false)
    expect(lockMatches(python, { image: 'python:3.11' })).toBe(false)
    expect(lockMatches(image, { image: 'python:3.11' })).toBe(true)
    expect(lockMatches(image, { python: '>=3.9', packages: [] })).toBe(false)
  })
})

describe('environmentDigest', () => {
  test('does not look at how the environment was asked for', () => {
    const asked = { ...python, spec: { python: '==3.11.*', packages: ['six', 'numpy'] } }
    expect(environmentDigest(asked)).toBe(environmentDigest(python))
    expect(environmentDigest(python)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('changes with the Python minor, with a package and with an image', () => {
    const locks = [
      python,
      { ...python, pythonMinor: '3.12' },
      { ...python, requirements: python.requirements.slice(1) },
      image,
      { ...image, indexDigest: `sha256:${'c'.repeat(64)}` },
    ]
    expect(new Set(locks.map(environmentDigest)).size).toBe(5)
    expect(environmentDigest({ ...image, platforms: {} })).toBe(environmentDigest(image))
  })
})
