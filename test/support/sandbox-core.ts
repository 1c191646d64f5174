import type { CliSandbox, Started } from './cli-sandbox.ts'
import { labProfile } from './lab-target.ts'
import { lab } from './requirements.ts'

/** Starts the core of a sandbox and waits until it is ready. */
export async function startCore(sandbox: CliSandbox): Promise<Started> {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve, reject) => {
    core.child.stdout?.once('data', () => resolve())
    void core.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
  })
  void core.finished.catch(() => undefined)
  return core
}

/** Makes the lab the target `lab` of a core that runs, with a part of its bucket that no other test uses. */
export async function addLabTo(sandbox: CliSandbox, name: string): Promise<void> {
  const profile = labProfile(name)
  const { accessKey, secretKey } = profile.artifacts
  await sandbox.minisubWith(lab.accessKey, 'secret', 'set', accessKey.secret, accessKey.key)
  await sandbox.minisubWith(lab.secretKey, 'secret', 'set', secretKey.secret, secretKey.key)
  await sandbox.client().addTarget({ name: 'lab', profile })
}
