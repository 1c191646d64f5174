/** A system as Node names it. */
export type Machine = { readonly platform: string; readonly arch: string }
/** One that the app is packaged for. */
export type System = { readonly platform: 'linux' | 'darwin' | 'win32'; readonly arch: 'x64' | 'arm64' }

/** All that the app is packaged for. */
export const SYSTEMS: readonly System[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'win32', arch: 'arm64' },
]

/** Such as `linux-x64`. */
export function systemName({ platform, arch }: Machine): string {
  return `${platform}-${arch}`
}

/** The system of this machine. Throws an Error of one sentence where the app is not packaged for it. */
export function thisSystem(): System {
  const here = systemName(process)
  const system = SYSTEMS.find((it) => systemName(it) === here)
  if (system !== undefined) return system
  throw new Error(`the app is not packaged for ${here}: take one of ${SYSTEMS.map(systemName).join(', ')}`)
}
