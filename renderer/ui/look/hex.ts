const WIDTH = 16

/** Bytes as lines of `offset  hexadecimal  characters`, as `hexdump -C` writes them. */
export function hexLines(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / WIDTH) }, (_, line) => {
    const row = bytes.subarray(line * WIDTH, (line + 1) * WIDTH)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'))
    const left = hex.slice(0, 8).join(' ').padEnd(23)
    const right = hex.slice(8).join(' ').padEnd(23)
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCodePoint(byte) : '.')).join('')
    return `${(line * WIDTH).toString(16).padStart(8, '0')}  ${left}  ${right}  |${text}|`
  })
}
