import type { RunningCore } from '#core/attach/index.ts'
import { Problem } from '#core/base/problem.ts'
import { ensureCore } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'

/** `minisub tracking env`: lines for a POSIX shell, which hold the token of the data folder. */
export async function trackingEnvCommand(_options: object, context: Context): Promise<number> {
  const core = await ensureCore(context.home)
  await keepForTracking(core)
  const env = { MLFLOW_TRACKING_URI: core.url, MLFLOW_TRACKING_TOKEN: core.token }
  if (context.json) await printJson(env)
  else {
    if (process.stdout.isTTY) say('for this shell and what it starts: eval "$(minisub tracking env)"')
    // An address and hexadecimal digits: nothing that a shell would read otherwise.
    const lines = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`)
    await print(lines.join(''))
  }
  return EXIT.succeeded
}

/** Asks as a program would that tracks, from when on the core stays for hours even if nobody asks again. */
async function keepForTracking({ url, token }: RunningCore): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`, { headers })
  await response.body?.cancel()
  // The Default experiment may be in the trash or gone: what counts is that the core knows the token and the protocol.
  if (response.ok || response.status === 404) return
  const fix = 'stop it, so that one of this version starts'
  throw new Problem('core_unreachable', `the core at ${url} does not track (${response.status}): ${fix}`)
}
