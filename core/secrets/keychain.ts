/** A keychain of the system: values by the name of an account. It may ask the person at the screen, so it may take long. */
export type Keychain = {
  /** What the system calls it. */
  readonly title: string
  /** Undefined where there is none. Throws an Error that says why the keychain cannot be asked. */
  get(account: string): Promise<string | undefined>
  /** In place of the one before. Throws likewise. */
  set(account: string, value: string): Promise<void>
  /** One that is not there is no fault. Throws likewise. */
  delete(account: string): Promise<void>
}
