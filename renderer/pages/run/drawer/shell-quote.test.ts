import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellLine } from './shell-quote.ts'

test('plain words stay as they are', () => {
  expect(shellLine(['python', 'train.py', '--depth=4', ''])).toBe("python train.py --depth=4 ''")
  expect(shellLine(['A=1', "it's", '~', '$HOME'])).toBe(`'A=1' 'it'\\''s' '~' '$HOME'`)
})

test('a shell reads the same arguments back', () => {
  const argument = fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll('\0', ''))
  fc.assert(
    fc.property(fc.array(argument, { minLength: 1, maxLength: 5 }), (command) => {
      const said = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(command)}`], { encoding: 'utf8' })
      expect(said.split('\0').slice(0, -1)).toEqual(command)
    }),
    { numRuns: 60 },
  )
})
