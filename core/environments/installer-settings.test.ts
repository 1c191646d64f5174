import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPython } from './find-python.ts'
import { parsePipConfig, uvSettings, type Variables } from './installer-settings.ts'
import { parsePythonRange } from './python-range.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-pip-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** What uv gets where pip's only configuration is this text and these variables. */
async function settingsFor(config: string, variables: Variables) {
  const file = join(folder, 'pip.conf')
  writeFileSync(file, config)
  const python = await findPython(parsePythonRange('>=3'), process.env)
  const base = { PATH: process.env['PATH'], HOME: folder, PIP_CONFIG_FILE: file }
  return uvSettings(python.executable, { ...base, ...variables })
}

describe('what pip is set up with', () => {
  test('is read from the list that pip prints, install before global', () => {
    const text = [
      `:env:.index-url='https://c.invalid'`,
      `global.extra-index-url='\\nhttps://a.invalid\\nhttps://b.invalid'`,
      `global.index-url="https://user:pa's@d.invalid"`,
      `install.timeout='60'`,
      `global.timeout='30'`,
    ].join('\n')
    expect([...parsePipConfig(text)]).toEqual([
      ['extra-index-url', '\nhttps://a.invalid\nhttps://b.invalid'],
      ['index-url', `https://user:pa's@d.invalid`],
      ['timeout', '60'],
    ])
  })

  test('reaches uv from a configuration file', async () => {
    const config = `[global]
index-url = https://a.invalid/simple
extra-index-url =
  https://b.invalid/simple
  https://c.invalid/simple
find-links = ${folder} ${folder}/missing
cert = /certificates.pem
proxy = proxy.invalid:3128
trusted-host = a.invalid
timeout = 60
no-index = true
`
    const { variables, flags } = await settingsFor(config, {})
    expect(variables).toMatchObject({
      UV_DEFAULT_INDEX: 'https://a.invalid/simple',
      UV_INDEX: 'https://b.invalid/simple https://c.invalid/simple',
      UV_INDEX_STRATEGY: 'unsafe-best-match',
      UV_FIND_LINKS: folder,
      SSL_CERT_FILE: '/certificates.pem',
      HTTPS_PROXY: 'http://proxy.invalid:3128',
      UV_INSECURE_HOST: 'a.invalid',
      UV_HTTP_TIMEOUT: '60',
    })
    expect(flags).toEqual(['--no-index'])
  })

  test('in variables goes before files, and what uv itself is told before both', async () => {
    const config = '[global]\nindex-url = https://a.invalid/simple\ncert = /a.pem\n'
    const told = { PIP_INDEX_URL: 'https://b.invalid/simple', PIP_CERT: '/b.pem', SSL_CERT_FILE: '/c.pem' }
    const { variables, flags } = await settingsFor(config, told)
    expect(variables).toMatchObject({ UV_DEFAULT_INDEX: 'https://b.invalid/simple', SSL_CERT_FILE: '/c.pem' })
    expect(flags).toEqual([])
    const own = await settingsFor(config, { UV_DEFAULT_INDEX: 'https://d.invalid/simple' })
    expect(own.variables['UV_DEFAULT_INDEX']).toBe('https://d.invalid/simple')
  })

  test('that would lead an installer astray is left out', async () => {
    const { variables } = await settingsFor('', {
      PYTHONPATH: '/elsewhere',
      VIRTUAL_ENV: '/elsewhere',
      PIP_TARGET: '/x',
    })
    expect(Object.values(variables)).not.toContain('/elsewhere')
    expect(variables['PIP_TARGET']).toBeUndefined()
  })

  test('is nothing where the Python has no pip', async () => {
    const { variables } = await uvSettings('/bin/false', { PIP_INDEX_URL: 'https://b.invalid/simple' })
    expect(variables['UV_DEFAULT_INDEX']).toBe('https://b.invalid/simple')
  })
})
