import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { SecretsView } from '#core/contract/secrets.ts'

/** Encryption that the desktop app lends: Electron's safeStorage, whose key the system keeps for the app. Base64 in and out. */
export type LentEncryption = {
  /** What keeps the key, such as `Keychain`, `DPAPI`, `gnome_libsecret`, `kwallet6` or `basic_text`. */
  readonly backend: string
  /** False where everybody knows the key: `basic_text` of Linux, whose key stands in Chromium's source. */
  readonly isStrong: boolean
  /** Throws an Error that says why. */
  encrypt(text: string): Promise<string>
  /** Throws likewise. */
  decrypt(data: string): Promise<string>
}

/** What the app encrypts for secrets; `purpose` must be the same when it is read. */
export type AppSeal = {
  /** As it is told; null where no app lends any. */
  readonly view: SecretsView['app']
  /** Whether new values are offered to it. */
  isOffered(): boolean
  /** Undefined where it takes nothing. */
  close(text: string, purpose: string): Promise<string | undefined>
  /** Throws Problem `secret_store` where there is no app, or what was encrypted is not of it, or of another purpose. */
  open(data: string, purpose: string): Promise<string>
}

type AppSealOptions = {
  readonly lent: LentEncryption | undefined
  readonly isWanted: () => boolean
  readonly note: (sentence: string) => void
}

/** The purpose is encrypted too: what belongs to one key cannot be put in the place of another. */
const Content = z.strictObject({ purpose: z.string(), text: z.string() })

export function openAppSeal({ lent, isWanted, note }: AppSealOptions): AppSeal {
  const isOffered = (): boolean => lent?.isStrong === true && isWanted()
  return {
    view: lent === undefined ? null : { backend: lent.backend, isStrong: lent.isStrong },
    isOffered,
    close: async (text, purpose) => {
      if (lent === undefined || !isOffered()) return undefined
      try {
        return await lent.encrypt(JSON.stringify({ purpose, text }))
      } catch (error) {
        note(`the desktop app encrypts nothing, the file takes new secrets: ${whyOf(error, text)}`)
        return undefined
      }
    },
    open: async (data, purpose) => {
      const content = contentOf(await decrypt(lent, data))
      if (content?.purpose === purpose) return content.text
      throw new Problem('secret_store', 'what the desktop app encrypted has been changed: set it again')
    },
  }
}

async function decrypt(lent: LentEncryption | undefined, data: string): Promise<string> {
  if (lent === undefined) throw unreadable('the desktop app encrypted it and is not here')
  if (!lent.isStrong) throw unreadable(`the desktop app encrypted it by a key that it no longer has (${lent.backend})`)
  try {
    return await lent.decrypt(data)
  } catch (cause) {
    throw unreadable(`the desktop app cannot decrypt it (${whyOf(cause)})`, cause)
  }
}

function unreadable(what: string, cause?: unknown): Problem {
  const fix = 'start the desktop app in the session where it was set, or set it again'
  return new Problem('secret_store', `${what}: ${fix}`, { cause })
}

/** Undefined where it is none of ours; a fault of the parser would quote what may be a value. */
function contentOf(text: string): z.infer<typeof Content> | undefined {
  try {
    return Content.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Never with the value in it; a very short one stands in ordinary words by chance. */
function whyOf(error: unknown, value = ''): string {
  const said = error instanceof Error ? error.message : String(error)
  return value.length >= 4 && said.includes(value) ? 'it refused the value' : said
}
