import { spawn } from 'node:child_process'
import { programOnPath } from '#core/files/index.ts'

/** A program that fails says so at once; one that stays longer is, or has become, the browser. */
const FAILS_WITHIN_MS = 2_000

type Environment = Readonly<Record<string, string | undefined>>

/** The program that opens an address in the browser of a system, as a path; undefined where there is none, or no screen. */
export function findOpener(platform: NodeJS.Platform, env: Environment): string | undefined {
  const path = env['PATH'] ?? ''
  if (platform === 'darwin') return programOnPath('open', path)
  if ((env['WSL_DISTRO_NAME'] ?? '') !== '')
    return programOnPath('wslview', path) ?? programOnPath('explorer.exe', path)
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '')
  return hasScreen ? programOnPath('xdg-open', path) : undefined
}

/** Calls an opener without a shell and lets go of it. False where it could not be started or failed within two seconds. */
export function openWith(opener: string, address: string): Promise<boolean> {
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' })
  child.unref()
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), FAILS_WITHIN_MS)
    const settle = (opened: boolean) => {
      clearTimeout(timer)
      resolve(opened)
    }
    child.once('error', () => settle(false))
    // The Explorer of Windows ends with 1 when it has done it.
    child.once('exit', (code) => settle(code === 0 || opener.endsWith('explorer.exe')))
  })
}
