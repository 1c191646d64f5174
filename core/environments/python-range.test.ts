import { assert, nat, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareReleases, parsePythonRange } from './python-range.ts'

function meets(range: string, version: string): boolean {
  return parsePythonRange(range).meets(version.split('.').map(Number))
}

const release = tuple(nat(4), nat(20), nat(20))
const text = (parts: readonly number[]) => parts.join('.')

describe('a range of Python versions', () => {
  test.each([
    ['>=3.9', '3.9.0', true],
    ['>=3.9', '3.8.20', false],
    ['>=3.9', '3.10.0', true],
    ['>=3.9,<3.13', '3.12.9', true],
    ['>=3.9, <3.13', '3.13.0', false],
    ['==3.11.*', '3.11.7', true],
    ['==3.11.*', '3.1.1', false],
    ['!=3.11.*,>=3', '3.11.7', false],
    ['==3.11', '3.11.0', true],
    ['==3.11', '3.11.7', false],
    ['~=3.10', '3.12.1', true],
    ['~=3.10', '3.9.1', false],
    ['~=3.10', '4.0.0', false],
    ['~=3.10.2', '3.10.9', true],
    ['~=3.10.2', '3.11.0', false],
    ['>3.9', '3.9.1', true],
    ['<=3.9', '3.9.1', false],
    ['3.11', '3.11.7', true],
    ['3.11', '3.12.0', false],
    ['3', '3.12.0', true],
  ])('%s and %s: %s', (range, version, expected) => {
    expect(meets(range, version)).toBe(expected)
  })

  test.each(['', '>=', '3.x', '>=3.9,', '~=3', '>=3.9.*', '=>3.9', '3.9-3.12', '>=3.9 <3.12', '^3.9', '>=3.9rc1'])(
    '"%s" is a Problem that shows how to write one',
    (range) => {
      expect(() => parsePythonRange(range)).toThrow(/is not a range of Python versions: .*>=3\.9/)
    },
  )

  test('bounds agree with the order of releases', () => {
    assert(
      property(release, release, (bound, version) => {
        const order = compareReleases(version, bound)
        expect(meets(`>=${text(bound)}`, text(version))).toBe(order >= 0)
        expect(meets(`>${text(bound)}`, text(version))).toBe(order > 0)
        expect(meets(`<${text(bound)}`, text(version))).toBe(!meets(`>=${text(bound)}`, text(version)))
        expect(meets(`<=${text(bound)}`, text(version))).toBe(!meets(`>${text(bound)}`, text(version)))
        expect(meets(`!=${text(bound)}`, text(version))).toBe(!meets(`==${text(bound)}`, text(version)))
      }),
    )
  })

  test('~= means its own definition, a comma means and, blanks mean nothing', () => {
    assert(
      property(release, release, (bound, version) => {
        const [major, minor] = bound
        const defined = `>=${text(bound)},==${major}.${minor}.*`
        expect(meets(`~=${text(bound)}`, text(version))).toBe(meets(defined, text(version)))
        expect(meets(defined, text(version))).toBe(meets(` ${defined.replace(',', ' , ')} `, text(version)))
        expect(meets(`${major}.${minor}`, text(version))).toBe(meets(`==${major}.${minor}.*`, text(version)))
      }),
    )
  })
})
