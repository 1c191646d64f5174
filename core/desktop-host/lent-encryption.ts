import type { EncryptionInfo, FromHost, ToHost } from '#core/contract/desktop.ts'
import type { LentEncryption } from '#core/secrets/index.ts'

/** As long as a person may need to unlock what the system keeps its key in. */
const PATIENCE_MS = 30_000

type Waiting = {
  readonly settle: (answer: Extract<ToHost, { kind: 'sealed' }>) => void
  readonly late: NodeJS.Timeout
}

/** The app's encryption, asked for through the port. */
export type Lender = {
  readonly encryption: LentEncryption
  /** What the app answered. One that nobody waits for any more is dropped. */
  readonly take: (answer: Extract<ToHost, { kind: 'sealed' }>) => void
}

/** Lends what the app says that it has; `patienceMs` is how long one answer may take. */
export function openLender(
  info: EncryptionInfo,
  post: (message: FromHost) => void,
  patienceMs: number = PATIENCE_MS,
): Lender {
  const waiting = new Map<number, Waiting>()
  let last = 0
  const ask = (verb: 'encrypt' | 'decrypt', text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const id = (last += 1)
      const late = setTimeout(() => {
        waiting.delete(id)
        reject(new Error(`the app did not answer in ${patienceMs / 1_000} s`))
      }, patienceMs)
      const settle: Waiting['settle'] = (answer) => {
        if (answer.text === undefined) reject(new Error(answer.fault ?? 'the app gave no reason'))
        else resolve(answer.text)
      }
      waiting.set(id, { settle, late })
      post({ kind: 'seal', id, verb, text })
    })
  return {
    encryption: { ...info, encrypt: (text) => ask('encrypt', text), decrypt: (data) => ask('decrypt', data) },
    take: (answer) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      clearTimeout(asked?.late)
      asked?.settle(answer)
    },
  }
}
