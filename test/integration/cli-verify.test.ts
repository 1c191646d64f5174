import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCliSandbox, runOf, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
let runs: readonly [same: string, again: string, other: string]

beforeAll(async () => {
  cli = await openCliSandbox()
  const file = await cli.pipeline('numbers', [
    'parameters: {n: {type: integer, default: 3}}',
    'steps:',
    '  square:',
    '    command: [sh, -c, "echo id,n > $MINISUB_OUTPUTS/table; echo 1,$(($1 * $1)) >> $MINISUB_OUTPUTS/table; printf %s $1 > $MINISUB_OUTPUTS/n", sh, "${{ parameters.n }}"]',
    '    outputs: {table: {type: file}, n: {type: integer}}',
  ])
  const run = async (...args: readonly string[]) =>
    runOf(await cli.minisub('run', file, '--no-cache', '--json', ...args)).id
  runs = [await run(), await run(), await run('-p', 'n=4')]
})
afterAll(() => cli[Symbol.asyncDispose]())

describe('minisub verify', () => {
  test('of two runs that are the same ends with 0 and says what was compared, and who signed it', async () => {
    const [a, b] = runs
    const { code, stdout, stderr } = await cli.minisub('verify', a, b)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^same: The runs are the same/)
    expect(stdout).toContain(`run     ${a}  ${b}`)
    expect(stdout).toMatch(/^same +artifacts +1 file or folder, the same$/m)
    expect(stdout).toMatch(/signed by the key [0-9a-f]{16}\n$/)
  })

  test('of two that differ ends with 1 and names what differs, down to the cell', async () => {
    const { code, stdout } = await cli.minisub('verify', runs[0], runs[2])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^different: The runs differ in what came out: values, artifacts;/)
    expect(stdout).toContain('DIFFERS  parameters: the parameter n differs [A: 3 | B: 4]\n')
    expect(stdout).toContain('DIFFERS  artifacts: square: the content of table differs: row 1, column n: 9 and 16')
  })

  test('--json prints the certificate, --save writes one that can be checked without a core', async () => {
    const saved = join(cli.folder, 'numbers.parity.json')
    const compared = await cli.minisub('verify', runs[0], runs[1], '--json', '--save', saved)
    expect(compared.code).toBe(0)
    const certificate = JSON.parse(compared.stdout)
    expect(certificate).toMatchObject({ kind: 'ParityCertificate', verdict: 'same', a: { run: runs[0] } })
    expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual(certificate)
    const again = await cli.minisub('verify', runs[0], runs[1], '--save', saved)
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is a file')])

    const nowhere = ['--home', join(cli.folder, 'no-home'), 'verify', '--certificate', saved]
    const alone = await cli.minisub(...nowhere)
    expect([alone.code, alone.stderr]).toEqual([0, ''])
    expect(alone.stdout).toContain('who holds that key, the document cannot say')
    const key = (await cli.minisub('verify', '--key')).stdout.trim()
    const named = await cli.minisub(...nowhere, '--key', key, '--json')
    expect(JSON.parse(named.stdout)).toMatchObject({ genuine: true, named: true, publicKey: key })
    await writeFile(join(cli.folder, 'key.txt'), `${key}\n`)
    expect((await cli.minisub(...nowhere, '--key', 'key.txt')).code).toBe(0)
  })

  test('a certificate that was altered, or signed by another key, ends with 1; what is none with 2', async () => {
    const saved = join(cli.folder, 'other.parity.json')
    expect((await cli.minisub('verify', runs[0], runs[2], '--save', saved)).code).toBe(1)
    const genuine = await cli.minisub('verify', '--certificate', saved)
    expect([genuine.code, genuine.stdout]).toEqual([1, expect.stringMatching(/^different: /)])
    const text = await readFile(saved, 'utf8')
    await writeFile(saved, text.replace('"verdict":"different"', '"verdict":"same"'))
    const altered = await cli.minisub('verify', '--certificate', saved, '--json')
    expect([altered.code, JSON.parse(altered.stdout).genuine]).toEqual([1, false])
    expect(altered.stderr).toContain('altered after it was signed')
    await writeFile(saved, text)
    const other = 'A'.repeat(43).concat('=')
    expect((await cli.minisub('verify', '--certificate', saved, '--key', other)).code).toBe(1)
    expect((await cli.minisub('verify', '--certificate', saved, '--key', 'nonsense')).code).toBe(2)
    await writeFile(saved, 'steps: {}\n')
    expect((await cli.minisub('verify', '--certificate', saved)).code).toBe(2)
    expect((await cli.minisub('verify', '--certificate', join(cli.folder, 'missing'))).code).toBe(2)
  })

  test.each<[string, readonly string[], string]>([
    ['no run', [], 'a comparison is of two runs and got 0'],
    ['one run', ['01zz0000'], 'a comparison is of two runs and got 1'],
    ['a run that is not there', ['01zz0000', '01zz0001'], 'there is no run 01zz0000'],
    ['a tolerance that is none', ['01zz0000', '01zz0001', '--tolerance', 'much'], '--tolerance wants a number'],
    ['a key beside runs', ['01zz0000', '01zz0001', '--key', 'x'], '--key goes with --certificate'],
    ['a file beside the key', ['--key', '--save', 'x'], '--key alone prints the key'],
    ['runs beside a certificate', ['01zz0000', '--certificate', 'x'], 'leave the rest out'],
  ])('of %s ends with 2', async (_, args, sentence) => {
    const { code, stderr } = await cli.minisub('verify', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })

  test('of a run with itself ends with 2', async () => {
    const { code, stderr } = await cli.minisub('verify', runs[0], runs[0])
    expect([code, stderr]).toEqual([2, expect.stringContaining('a run is the same as itself')])
  })

  test('takes the tolerance of metrics', async () => {
    const { code, stdout } = await cli.minisub('verify', runs[0], runs[1], '--tolerance', '1e-6', '--json')
    expect([code, JSON.parse(stdout).report.tolerance]).toEqual([0, 1e-6])
  })
})
