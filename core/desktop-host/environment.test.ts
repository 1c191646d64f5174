import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { adoptEnvironment, environmentOfTerminal } from './environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'minisub-environment-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => void vi.unstubAllEnvs())

/** A login shell with a PATH of its own, which greets. */
function shell(name: string, script: string): string {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}
const brew = shell('brew', 'echo welcome; PATH=/opt/homebrew/bin:/usr/bin:/bin; export PATH; exec /bin/sh -c "$2"')
const silent = shell('silent', 'exec sleep 60')

describe.skipIf(process.platform === 'win32')('the variables of the core in the app', () => {
  test('have the PATH of a terminal, in its order', async () => {
    const found = await environmentOfTerminal({ PATH: '/usr/bin:/bin:/usr/sbin', SHELL: brew })
    expect(found).toEqual({ PATH: '/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin', SHELL: brew })
  })

  test('stay as they are where the app was started from a terminal', async () => {
    const variables = { PATH: '/venv/bin:/usr/bin:/opt/homebrew/bin:/bin', SHELL: brew, LD_LIBRARY_PATH: '/cuda' }
    expect(await environmentOfTerminal(variables)).toEqual(variables)
  })

  test.each([
    ['is not there', join(folder, 'none')],
    ['fails', '/bin/false'],
    ['does not answer', silent],
  ])('keep their PATH where the shell %s', async (_name, it) => {
    const variables = { PATH: '/usr/bin:/bin', SHELL: it }
    expect(await environmentOfTerminal(variables, 300)).toEqual(variables)
  })

  test('name nothing of the AppImage, and no library of the folder where somebody works', async () => {
    const APPDIR = '/tmp/.mount_Mini'
    const found = await environmentOfTerminal({
      APPDIR,
      APPIMAGE: '/home/me/Mini.AppImage',
      ARGV0: './Mini.AppImage',
      OWD: '/home/me',
      SHELL: '/bin/false',
      PATH: `${APPDIR}:${APPDIR}/usr/sbin:/usr/bin:/tmp/.mount_Mini2/bin`,
      XDG_DATA_DIRS: `${APPDIR}/usr/share/:/home/me/share:/usr/share/gnome`,
      LD_LIBRARY_PATH: `${APPDIR}/usr/lib:`,
      GSETTINGS_SCHEMA_DIR: `${APPDIR}/usr/share/glib-2.0/schemas`,
    })
    expect(found).toEqual({
      SHELL: '/bin/false',
      PATH: '/usr/bin:/tmp/.mount_Mini2/bin',
      XDG_DATA_DIRS: '/home/me/share:/usr/share/gnome',
    })
  })

  test('are not looked at where no AppImage is', async () => {
    const variables = { PATH: '/usr/bin', SHELL: '/bin/false', LD_LIBRARY_PATH: '/a::/b', APPDIR: '' }
    expect(await environmentOfTerminal(variables)).toEqual(variables)
  })

  test('are made so in the app alone', async () => {
    const mounted = { APPDIR: '/m', PATH: '/m:/usr/bin', LD_LIBRARY_PATH: '/m/usr/lib', SHELL: brew }
    for (const [name, value] of Object.entries(mounted)) vi.stubEnv(name, value)
    await adoptEnvironment()
    expect(process.env).toMatchObject(mounted)
    const { versions } = process
    Object.defineProperty(process, 'versions', { value: { ...versions, electron: '45.5.0' } })
    await adoptEnvironment().finally(() => Object.defineProperty(process, 'versions', { value: versions }))
    expect(process.env['PATH']).toBe('/opt/homebrew/bin:/usr/bin:/bin')
    expect(process.env['LD_LIBRARY_PATH']).toBeUndefined()
  })
})
