import type { Caller } from '#core/teams/index.ts'

/** What stands for a caller wherever callers are told apart: `token`, the id of its session or token, or '' for nobody. */
export function callerKey(caller: Caller | undefined): string {
  if (caller === undefined) return ''
  return caller.kind === 'token' ? 'token' : caller.id
}
