import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'

/** Every fuse of Electron 45, and whether it is on. A fuse that a later Electron adds fails the packaging until it is here. */
export const FUSES: Readonly<Record<keyof typeof FuseV1Options, boolean>> = {
  // The program of the app is no Node for others: no ELECTRON_RUN_AS_NODE, no NODE_OPTIONS, no --inspect.
  RunAsNode: false,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableCookieEncryption: true,
  // Only the app.asar that was packaged runs; macOS and Windows check its hashes.
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  // There is no snapshot of ours to load.
  LoadBrowserProcessSpecificV8Snapshot: false,
  // The page comes from the core by HTTP.
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
}

const NAMES = Object.keys(FUSES).filter((name): name is keyof typeof FuseV1Options => name in FUSES)

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
    ...Object.fromEntries(NAMES.map((name) => [FuseV1Options[name], FUSES[name]])),
  })
  const found = await readFuses(program)
  const wrong = NAMES.filter((name) => found[name] !== FUSES[name])
  if (wrong.length > 0) throw new Error(`${program} did not keep the fuses ${wrong.join(', ')}: see scripts/build/desktop`)
}

/** Which fuses are on; undefined for one that the program does not have. */
export async function readFuses(program: string): Promise<Record<string, boolean | undefined>> {
  const wire: Readonly<Record<number, FuseState | undefined>> = await getCurrentFuseWire(program)
  const stateOf = (name: keyof typeof FuseV1Options): boolean | undefined => {
    const state = wire[FuseV1Options[name]]
    return state === FuseState.ENABLE ? true : state === FuseState.DISABLE ? false : undefined
  }
  return Object.fromEntries(NAMES.map((name) => [name, stateOf(name)]))
}
