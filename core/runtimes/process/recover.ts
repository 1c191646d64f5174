import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState } from '../driver.ts'
import { readGroups, removeGroups } from './limits.ts'
import { hideSecrets } from '../../attempts/index.ts'
import { dropRawLogs, hasRawLogs, LogCollector } from './log-collector.ts'
import type { LiveParts } from './live-parts.ts'
import { LivePart, LOST } from './part.ts'
import { hasArgument } from './process-table.ts'
import { makeVoid, readClaim, readExit, type Claim } from './supervisor.ts'
import { toExit } from './usage.ts'

/** How long a supervisor may take between making its claim file and writing its pid into it. */
const CLAIM_MS = 5_000
const PAUSE_MS = 20
const UNCLAIMED = 'its supervisor could not note its process id, on a full disk for instance, and started nothing'

export type RecoverOptions = {
  readonly live: LiveParts
  /** Folders whose claims this core has made void already, so that nothing started by an earlier core can follow. */
  readonly voided: Set<string>
  readonly environment: readonly string[]
  readonly secrets: readonly string[]
}

/** What became of a part that this core has not started: from its folder, and from the process that it names. */
export async function recoverPart(
  folder: string,
  options: RecoverOptions,
): Promise<LivePart | FinalState | { phase: 'absent' }> {
  for (;;) {
    const live = options.live.get(folder)
    if (live !== undefined) return live
    const claim = readClaim(folder)
    if (claim.holder === 'supervisor') return recoverClaimed(folder, claim, options)
    if (claim.holder === 'nobody') {
      if (options.voided.has(folder) || makeVoid(claim.path)) return absent(folder, options.voided)
    } else if (Date.now() - claim.since > CLAIM_MS) {
      return { phase: 'lost', reason: UNCLAIMED }
    } else {
      await sleep(PAUSE_MS)
    }
  }
}

async function absent(folder: string, voided: Set<string>): Promise<{ phase: 'absent' }> {
  voided.add(folder)
  dropRawLogs(folder)
  const groups = readGroups(folder)
  if (groups !== undefined) await removeGroups(groups)
  return { phase: 'absent' }
}

function recoverClaimed(
  folder: string,
  claim: Extract<Claim, { holder: 'supervisor' }>,
  options: RecoverOptions,
): LivePart | FinalState {
  // alive is asked first: a supervisor that ended in between has written its exit code by then
  const alive = hasArgument(claim.pid, claim.path)
  const record = readExit(claim.path)
  const groups = readGroups(folder)
  const untidy = hasRawLogs(folder) || groups?.folders.some((path) => existsSync(path)) === true
  if (alive || untidy) {
    const { pid, path: claimPath, since: startedAt } = claim
    const collector = LogCollector.resume(folder, hideSecrets(options.secrets))
    const part = new LivePart({
      folder,
      claimPath,
      pid,
      startedAt,
      environment: options.environment,
      collector,
      groups,
    })
    options.live.add(part)
    part.tick(Date.now())
    return part
  }
  if (record === undefined) return { phase: 'lost', reason: LOST }
  return { phase: 'exited', exit: toExit(folder, claim.since, record) }
}
