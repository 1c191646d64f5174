import { historyWithModel, MODEL_HISTORY, NOTHING, runId, type Answer, type Input } from '#core/wire/index.ts'
import type { Deps } from './deps.ts'

/** Adds models, as clients of MLflow 2 describe them, to the list that their run has in a tag: one after the other. */
export function createLogModel(tracking: Deps['tracking']): (input: Input) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve()
  return async (input) => {
    const next = last.then(async () => logModel(tracking, input))
    // Its own caller is told of a failure; the next one only waits.
    last = next.catch(() => undefined)
    return next
  }
}

async function logModel({ reads, writes }: Deps['tracking'], input: Input): Promise<Answer> {
  const run = runId(input)
  const before = reads.run(run).tags.find(({ key }) => key === MODEL_HISTORY)?.value
  await writes.log(run, { tags: [{ key: MODEL_HISTORY, value: historyWithModel(before, input) }] })
  return NOTHING
}
