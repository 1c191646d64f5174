import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A session bus with a real keyring daemon on it; `environment` is that of programs of the session. */
export type SecretService = AsyncDisposable & { readonly environment: NodeJS.ProcessEnv }

const UNLOCKED = 'printf password | gnome-keyring-daemon --unlock --components=secrets'
/** Nobody is there to ask for the password. */
const LOCKED = 'gnome-keyring-daemon --start --components=secrets'

/** Opens the keyring that lies in a folder, a new one where there is none. */
export async function openSecretService(folder: string, state: 'unlocked' | 'locked'): Promise<SecretService> {
  const places = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: folder }
  const env = { ...process.env, ...places, DISPLAY: '', WAYLAND_DISPLAY: '' }
  const start = state === 'unlocked' ? UNLOCKED : LOCKED
  const script = `${start} >/dev/null; echo "bus $DBUS_SESSION_BUS_ADDRESS"; exec cat`
  const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(session, 'exit')
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: session.stdout }).on('line', (line) => {
      if (line.startsWith('bus ')) resolve(line.slice(4))
    })
    ended.then(() => reject(new Error('the session bus ended before it was ready')), reject)
  })
  return {
    environment: { ...env, DBUS_SESSION_BUS_ADDRESS: address },
    async [Symbol.asyncDispose]() {
      session.stdin.end()
      await ended
    },
  }
}
