import type { FromHost, ToHost } from '#core/contract/desktop.ts'

/** The encryption of the system, as Electron lends it. */
type Storage = {
  encryptStringAsync(text: string): Promise<Buffer>
  decryptStringAsync(data: Buffer): Promise<{ readonly result: string }>
}
type Asked = Extract<FromHost, { kind: 'seal' }>

/**
 * What the core asked of the encryption, and why it could not be had where it could not: base64 for a text, and back.
 * Refused is what Electron does on Linux where the keyring gives no key, whatever it says of the desktop: it takes a key
 * that stands in Chromium's source.
 */
export async function sealBy(storage: Storage, asked: Asked, platform: NodeJS.Platform): Promise<ToHost> {
  const { id, verb, text } = asked
  try {
    const sealed =
      verb === 'encrypt'
        ? checked(await storage.encryptStringAsync(text), platform).toString('base64')
        : (await storage.decryptStringAsync(checked(Buffer.from(text, 'base64'), platform))).result
    return { kind: 'sealed', id, text: sealed }
  } catch (error) {
    return { kind: 'sealed', id, fault: error instanceof Error ? error.message : String(error) }
  }
}

/** Encrypted data begins with the name of its key: `v10` is that constant on Linux, and the system's key elsewhere. */
function checked(data: Buffer, platform: NodeJS.Platform): Buffer {
  if (platform !== 'linux' || data.subarray(0, 3).toString('latin1') !== 'v10') return data
  throw new Error('the keyring gave no key, and the one in its place is known to everybody')
}
