/** Ends a switch over a union: a member that was forgotten fails to compile, and throws if it arrives all the same. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
