import { describe, expect, test } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'

describe('secrets in a log line', () => {
  test('are replaced wherever they stand', () => {
    expect(hideSecrets(['s3cret'])('token=s3cret, again s3cret')).toBe('token=***, again ***')
  })

  test('the longer one goes first where one is part of another', () => {
    expect(hideSecrets(['pass', 'password'])('password')).toBe('***')
  })

  test('a secret of several lines is hidden line by line', () => {
    const hide = hideSecrets(['-----BEGIN\nabcd1234\n-----END\n'])
    expect(hide('abcd1234')).toBe('***')
  })

  test('pieces that stand in ordinary text by chance are left', () => {
    expect(hideSecrets(['a', ''])('a cat')).toBe('a cat')
  })
})
