/** A command as a line that a POSIX shell reads back as the same arguments. */
export function shellLine(command: readonly string[]): string {
  return command.map(quoted).join(' ')
}

function quoted(argument: string): string {
  const isPlain = /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument)
  // In front of a command that would be an assignment.
  if (isPlain && !/^[A-Za-z_]\w*=/.test(argument)) return argument
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`
}
