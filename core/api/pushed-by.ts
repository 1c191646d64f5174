import { hostname, userInfo } from 'node:os'
import type { Access, Caller } from '#core/teams/index.ts'

/** Who pushes: the name of the token of a program, else the account of the core, each with the machine. */
export function pushedBy(caller: Caller | undefined, access: Pick<Access, 'tokens'>): string {
  const token = caller?.kind === 'program' ? access.tokens().find(({ id }) => id === caller.id) : undefined
  return `${token?.name ?? account()}@${hostname()}`
}

/** An account without an entry in the system's table has only its number. */
function account(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
