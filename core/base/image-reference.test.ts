import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestFor, parseImageReference, pinnedReference, platformText } from './image-reference.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('the name of an image', () => {
  test.each([
    ['python:3.12-slim', 'docker.io', 'library/python', '3.12-slim'],
    ['python', 'docker.io', 'library/python', undefined],
    ['team/image:1', 'docker.io', 'team/image', '1'],
    ['docker.io/python', 'docker.io', 'library/python', undefined],
    ['index.docker.io/team/image', 'docker.io', 'team/image', undefined],
    ['ghcr.io/a/b_c/d--e:v1.0', 'ghcr.io', 'a/b_c/d--e', 'v1.0'],
    ['localhost/x', 'localhost', 'x', undefined],
    ['localhost:5000/x/y:z', 'localhost:5000', 'x/y', 'z'],
    ['[::1]:5000/x', '[::1]:5000', 'x', undefined],
    ['registry:5000/x', 'registry:5000', 'x', undefined],
    [`python:3@${DIGEST}`, 'docker.io', 'library/python', '3'],
  ])('%s is at %s', (text, host, repository, tag) => {
    expect(parseImageReference(text)).toMatchObject({ host, repository, tag })
  })

  test.each([
    '',
    ' ',
    'Python',
    'a//b',
    '/a',
    'a/',
    'a:',
    'a:b:c',
    'a@sha256:12',
    'a b',
    'a\n',
    'https://a/b',
    '-a',
    'a'.repeat(600),
  ])('%j is none', (text) => {
    expect(parseImageReference(text)).toBeUndefined()
  })

  test('any text is read or refused at once, and what was read is what stands there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9:/@._-]{0,80}$/)), (text) => {
        const read = parseImageReference(text)
        if (read === undefined) return
        const { name, tag, digest } = read
        expect(`${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`).toBe(text)
      }),
    )
  })

  test('is pinned without its tag', () => {
    const reference = parseImageReference('ghcr.io/a/b:1')
    expect(reference && pinnedReference(reference, DIGEST)).toBe(`ghcr.io/a/b@${DIGEST}`)
  })

  test('knows its own digests, however the engine spells them', () => {
    const reference = parseImageReference('python:3.12')
    if (reference === undefined) throw new Error('no reference')
    expect(digestFor(reference, `docker.io/library/python@${DIGEST}`)).toBe(DIGEST)
    expect(digestFor(reference, `python@${DIGEST}`)).toBe(DIGEST)
    expect(digestFor(reference, `ghcr.io/library/python@${DIGEST}`)).toBeUndefined()
  })
})

test('a platform has its variant only where it says something', () => {
  expect(platformText('linux', 'arm64', 'v8')).toBe('linux/arm64')
  expect(platformText('linux', 'arm', 'v7')).toBe('linux/arm/v7')
  expect(platformText('linux', 'amd64', undefined)).toBe('linux/amd64')
})
