import { Problem } from '#core/base/problem.ts'

/** The path of artifacts behind an address, decoded once. Throws Problem `tracking_invalid` where it is not UTF-8. */
export function decodePath(sent: string): string {
  const escaped = sent.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  try {
    // Node gives each byte of an address as a sign of its own.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(escaped, 'latin1'))
  } catch (cause) {
    throw new Problem('tracking_invalid', 'Invalid path: it is not UTF-8: name the file otherwise', { cause })
  }
}
