import { z } from 'zod'

const time = z.iso.datetime()

/** A browser that may talk to the core. */
export const SessionRow = z.object({
  id: z.string(),
  /** What the browser calls itself. */
  agent: z.string(),
  createdAt: time,
  lastUsedAt: time,
  expiresAt: time,
  /** Whether it is the one that asks. */
  current: z.boolean(),
})
export type SessionRow = z.infer<typeof SessionRow>

/** A token that somebody made beside that of the data folder; what it is is shown once, when it is made. */
export const TokenRow = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: time,
  lastUsedAt: time.nullable(),
})
export type TokenRow = z.infer<typeof TokenRow>

export const NewToken = TokenRow.extend({ token: z.string() })
export type NewToken = z.infer<typeof NewToken>

/** Who may talk to the core. */
export const AccessView = z.object({
  /** The file with the token of the data folder, which the CLI uses, and since when it is the one. */
  folderToken: z.object({ file: z.string(), createdAt: time }),
  sessions: z.array(SessionRow),
  tokens: z.array(TokenRow),
})
export type AccessView = z.infer<typeof AccessView>
