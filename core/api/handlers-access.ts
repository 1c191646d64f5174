import type { AccessView } from '#core/contract/access.ts'
import { Problem } from '#core/base/problem.ts'
import type { Access, Caller } from '#core/teams/index.ts'
import type { FolderToken } from './address.ts'
import { refuseProgram } from './guard.ts'
import type { Handlers } from './handler.ts'
import type { Sessions } from './sessions.ts'

type AccessHandlersOptions = {
  readonly access: Access
  readonly sessions: Sessions
  readonly token: FolderToken
}

type AccessName = 'listAccess' | 'revokeSession' | 'createToken' | 'revokeToken' | 'renewFolderToken' | 'closeSession'

/** Handlers of what says and decides who may talk to the core. */
export function accessHandlers({ access, sessions, token }: AccessHandlersOptions): Pick<Handlers, AccessName> {
  const view = (caller: Caller | undefined): AccessView => ({
    folderToken: { file: token.file, createdAt: token.createdAt() },
    sessions: access.sessions().map((row) => ({ ...row, current: caller?.kind === 'session' && caller.id === row.id })),
    tokens: access.tokens(),
  })
  return {
    listAccess: (_, { caller }) => view(caller),
    revokeSession: ({ session }) => access.revokeSession(session),
    createToken: ({ name }, { caller }) => {
      refuseProgram(caller, 'make other tokens')
      return access.createToken(name)
    },
    revokeToken: ({ token: id }) => access.revokeToken(id),
    renewFolderToken: (_, { caller }) => {
      refuseProgram(caller, 'renew the token of the data folder')
      token.renew()
      access.folderTokenRenewed()
      return view(caller)
    },
    closeSession: (_, { caller, outgoing }) => {
      if (caller?.kind !== 'session') {
        throw new Problem('not_found', 'a caller with a token has no session: there is nothing to end')
      }
      access.revokeSession(caller.id)
      outgoing.setHeader('Set-Cookie', sessions.cookie(undefined))
    },
  }
}
