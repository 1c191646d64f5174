import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** What @electron/fuses looks for in a program; the version of the wire, its length and the fuses follow. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron 45 has them: `1` on, `0` off. */
export const ELECTRONS_FUSES = '101100110'

/**
 * A folder that looks like Electron's distribution for Linux. Its program is a script that holds fuses, writes its
 * arguments as lines into the file that FAKE_ELECTRON_OUT names, and ends by the command FAKE_ELECTRON_END.
 */
export function makeFakeElectron(folder: string, fuses = ELECTRONS_FUSES): string {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  const script = '#!/bin/sh\nprintf "%s\\n" "$@" > "$FAKE_ELECTRON_OUT"\neval "${FAKE_ELECTRON_END:-exit 0}"\nexit\n'
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, fuses.length]), Buffer.from(fuses)])
  const program = join(folder, 'electron')
  writeFileSync(program, Buffer.concat([Buffer.from(script), wire]), { mode: 0o755 })
  writeFileSync(join(folder, 'version'), readManifest(join(ROOT, 'node_modules', 'electron')).version)
  writeFileSync(join(folder, 'resources', 'default_app.asar'), 'what Electron shows without an app')
  writeFileSync(join(folder, 'LICENSE'), 'the licence of Electron')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), 'the licences of Chromium')
  return program
}
