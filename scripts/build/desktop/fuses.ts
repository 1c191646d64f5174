import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'

/** Every fuse of Electron 45, and whether it is on. A fuse that a later Electron adds fails the packaging until it is here. */
export const FUSES: Readonly<Record<FuseV1Options, boolean>> = {
  // The program of the app is no Node for others: no ELECTRON_RUN_AS_NODE, no NODE_OPTIONS, no --inspect.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  // Only the app.asar that was packaged runs; macOS and Windows check its hashes.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // There is no snapshot of ours to load.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // The page comes from the core by HTTP.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
}

/**
 * Sets every fuse in the program of Electron at a path (on macOS the path of the .app) and reads them back. Throws an Error
 * where the program has other fuses than these, or holds other values afterwards.
 */
export async function setFuses(program: string, platform: string): Promise<void> {
  await flipFuses(program, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // Arm Macs start nothing whose signature does not fit; where there is a certificate, signing comes later.
    resetAdHocDarwinSignature: platform === 'darwin',
    ...FUSES,
  })
  const found = await readFuses(program)
  const wrong = Object.entries(FUSES).filter(([fuse, isOn]) => found[fuse] !== isOn)
  if (wrong.length === 0) return
  const names = wrong.map(([fuse]) => FuseV1Options[Number(fuse)]).join(', ')
  throw new Error(`${program} did not keep its fuses (${names}): take the Electron that package-lock.json names`)
}

/** Which fuses of a program are on, by their numbers; undefined for one that is neither on nor off. */
export async function readFuses(program: string): Promise<Record<string, boolean | undefined>> {
  const states: Readonly<Record<number, boolean>> = { [FuseState.ENABLE]: true, [FuseState.DISABLE]: false }
  const wire = Object.entries(await getCurrentFuseWire(program)).filter(([fuse]) => fuse !== 'version')
  return Object.fromEntries(wire.map(([fuse, state]) => [fuse, states[Number(state)]]))
}
