import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState, Started, Workload } from '../driver.ts'
import { readContainerRecord } from './container-record.ts'
import type { Containers } from './containers.ts'
import { containerName, whileMaking } from './labels.ts'
import { LiveContainer } from './live-container.ts'
import { firstOf, partsOf, type Part } from './parts.ts'

const LOOK_MS = 50

/** Starts the containers of a workload, or finds them started. Throws Problem; then nothing of it is left. */
export async function beginWorkload(containers: Containers, workload: Workload): Promise<Started> {
  const [first, others] = [firstOf(workload), partsOf(workload).slice(1)]
  const begun = await begin(containers, first)
  const startedAt = begun instanceof LiveContainer ? await begun.started : startOf(begun, first)
  if (begun instanceof LiveContainer && !begun.isOver) await beginOthers(containers, first, others)
  const records = [first, ...others].map(({ folder }) => readContainerRecord(folder))
  const notEnforced = new Set(records.flatMap((record) => record?.notEnforced ?? []))
  const image = records[0]?.image ?? undefined
  return { startedAt, notEnforced: [...notEnforced], ...(image && { image }) }
}

/** A workload that cannot start as a whole does not start in part. */
async function beginOthers(containers: Containers, first: Part, others: readonly Part[]): Promise<void> {
  try {
    for (const part of others) await begin(containers, part)
  } catch (error) {
    for (const part of [first, ...others]) await containers.remove(part, { keepRecord: false })
    throw error
  }
}

/** Finds the container of a part, or makes and starts it. Throws the Problem for which its command did not begin. */
async function begin(containers: Containers, part: Part): Promise<LiveContainer | FinalState> {
  for (;;) {
    const found = await containers.find(part)
    if (found instanceof LiveContainer) return hasBegun(containers, part, found)
    if (found.phase !== 'absent') return found
    const name = containerName(part.workload, part.index)
    const live = await whileMaking(name, () => containers.start(part))
    if (live !== undefined) return live
    await sleep(LOOK_MS)
  }
}

async function hasBegun(containers: Containers, part: Part, live: LiveContainer): Promise<LiveContainer> {
  try {
    await live.started
    return live
  } catch (error) {
    await settled(containers, part, live)
    throw error
  }
}

/** How a container ended. Of one whose command never began nothing stays, so that it can be started again. */
export async function settled(
  containers: Containers,
  part: Part,
  live: LiveContainer,
): Promise<FinalState | { readonly phase: 'absent' }> {
  const state = await live.done
  if (state.phase !== 'absent') return state
  await containers.remove(part, { keepRecord: false })
  return { phase: 'absent' }
}

/** When something began that has ended already. */
function startOf(state: FinalState, { folder }: Part): number {
  return state.phase === 'exited' ? state.exit.startedAt : (readContainerRecord(folder)?.startedAt ?? Date.now())
}
