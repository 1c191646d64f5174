import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { artifactBelow, artifactPath, artifactRoot, clientsName } from './artifact-path.ts'

const refused = expect.objectContaining({
  code: 'tracking_invalid',
  message: expect.stringMatching(/^Invalid path: /) as string,
})

describe('a path of artifacts', () => {
  test.each([
    '..',
    '../x',
    'a/../b',
    'a/..',
    '/etc/passwd',
    '//host/share',
    'a\\b',
    '..\\..\\x',
    '\\\\host\\share',
    'C:/x',
    'c:x',
    'a\0b',
    'a\nb',
    'a\u007Fb',
    'a\u0085b',
    'a\uD800',
    '%2e%2e/x',
    '%2E%2E%2Fx',
    'a/%252e%252e/b',
    'a/..%252fb',
    '%2fetc/passwd',
    '%25252fetc',
    'a%5c..%5cb',
    '%43:/x',
    `a/%${'25'.repeat(20)}2e`,
    './c:/x',
  ])('that leads elsewhere or cannot be told apart is refused: %j', (path) => {
    expect(() => artifactPath(path)).toThrow(refused)
  })

  test('is refused where it is longer than 4,096 bytes', () => {
    expect(artifactPath('ü'.repeat(2_048))).toHaveLength(2_048)
    expect(() => artifactPath(`${'ü'.repeat(2_048)}x`)).toThrow(refused)
  })

  test.each([
    ['0/run/artifacts/model/MLmodel', '0/run/artifacts/model/MLmodel'],
    ['a//b/./c/', 'a/b/c'],
    ['', ''],
    ['.', ''],
    ['a/..b/c..', 'a/..b/c..'],
    ['a b/ü/模型 😀', 'a b/ü/模型 😀'],
    ['a/b:c', 'a/b:c'],
    ['100%', '100%'],
    ['images/a#b%step%1', 'images/a#b%step%1'],
    ['%41', '%41'],
    ['images/k%step%23%timestamp%17%g.png', 'images/k%step%23%timestamp%17%g.png'],
  ])('%j is kept as %j', (given, kept) => {
    expect(artifactPath(given)).toBe(kept)
  })

  test('as `log_image` makes them is always taken, and kept as it is', () => {
    const key = fc.stringMatching(/^[a-zA-Z0-9_.\- ]+$/)
    const id = fc.tuple(fc.stringMatching(/^[g-z]$/), fc.uuid()).map(([first, rest]) => first + rest.slice(1))
    const step = fc.integer({ min: 0 })
    const time = fc.integer({ min: 0, max: 9_999_999_999_999 })
    fc.assert(
      fc.property(key, step, time, id, (...[name, at, now, uid]) => {
        const path = `0/run/artifacts/images/${name}%step%${at}%timestamp%${now}%${uid}`
        for (const ending of ['.png', '%compressed.webp']) expect(artifactPath(path + ending)).toBe(path + ending)
      }),
    )
  })

  test('stays below its folder however often it is decoded, on every system, whatever it is', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%5c',
      '%25',
      '25',
      '2e',
      '2F',
      'a',
      ':',
      '%',
      'ü',
    )
    const given = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(given, (text) => {
        let path = ''
        try {
          path = artifactBelow('root', text)
        } catch (error) {
          expect(error).toEqual(refused)
          return
        }
        for (let turn = 0; turn < 12; turn += 1) {
          for (const system of [posix, win32])
            expect(system.join('/top', path)).toMatch(/^[\\/]top[\\/]root(?:$|[\\/])/)
          path = path.replaceAll(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('that was taken is taken again, and is the same then', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        let path: string | undefined
        try {
          path = artifactPath(text)
        } catch (error) {
          expect(error).toEqual(refused)
        }
        if (path !== undefined) expect(artifactPath(path)).toBe(path)
      }),
    )
  })
})

describe("the name that MLflow's clients give to what they listed", () => {
  test.each([
    ['k%step%3%timestamp%1700%g.png', 'k%step%3%timestamp%1700%g.png'],
    ['k%step%20%timestamp%1700%g.png', 'k%step %timestamp%1700%g.png'],
    ['k%step%41%g', 'k%stepA%g'],
    ['k%ff', 'k\uFFFD'],
    ['%2541', 'A'],
    ['plain.txt', 'plain.txt'],
  ])('of %j is %j', (path, name) => {
    expect(clientsName(path)).toBe(name)
    expect(clientsName(name)).toBe(name)
  })
})

describe('an artifact URI', () => {
  test.each([
    ['mlflow-artifacts:/0/run/artifacts', '0/run/artifacts'],
    ['mlflow-artifacts:///0/run/artifacts/', '0/run/artifacts'],
    ['mlflow-artifacts://127.0.0.1:5000/0/run', '0/run'],
    ['mlflow-artifacts:/', ''],
  ])('%s names %j', (uri, path) => {
    expect(artifactRoot(uri)).toBe(path)
    expect(artifactRoot(`mlflow-artifacts:/${path}`)).toBe(path)
  })

  test.each(['s3://bucket/x', 'file:///tmp/x', '/tmp/x', 'mlflow-artifacts:/../x', 'mlflow-artifacts://host/%2e%2e/x'])(
    '%s is not one that is read here',
    (uri) => {
      expect(() => artifactRoot(uri)).toThrow(expect.objectContaining({ code: 'tracking_invalid' }))
    },
  )
})
