import type { FromHost, ToHost } from '#core/contract/desktop.ts'

/** The encryption of the system, as Electron lends it. */
type Storage = {
  encryptStringAsync(text: string): Promise<Buffer>
  decryptStringAsync(data: Buffer): Promise<{ readonly result: string }>
}

/** What the core asked of the encryption, and why it could not be had where it could not: base64 for a text, and back. */
export async function sealBy(
  storage: Storage,
  asked: Extract<FromHost, { kind: 'seal' }>,
  platform: NodeJS.Platform,
): Promise<ToHost> {
  const { id, verb, text } = asked
  try {
    const sealed =
      verb === 'encrypt'
        ? (await storage.encryptStringAsync(text)).toString('base64')
        : (await storage.decryptStringAsync(Buffer.from(text, 'base64'))).result
    return { kind: 'sealed', id, text: sealed }
  } catch (error) {
    return { kind: 'sealed', id, fault: error instanceof Error ? error.message : String(error) }
  }
}
