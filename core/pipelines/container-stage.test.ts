import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Workload } from '#core/runtimes/driver.ts'
import { openSecrets } from '#core/secrets/index.ts'
import { attemptFolders } from './attempt-folders.ts'
import { addressOf } from './attempt-workload.ts'
import { openContainerStage, type ContainerStageOptions } from './container-stage.ts'
import type { AttemptTask } from './executor.ts'
import type { Stage } from './stage.ts'

let home = ''
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'minisub-stage-'))))
afterEach(() => rmSync(home, { recursive: true }))

const definition = { secrets: { TOKEN: { secret: 'web', key: 'token' } }, outputs: {}, timeoutMs: null }
const step = { bound: { planned: { name: 'a', definition } } }
const task = { run: 'r', step, item: null, attempt: 1, createdSeq: 2 } as unknown as AttemptTask

/** A stage on a runtime that notes what it is asked to remove. */
function open(recovered: boolean, removed: Workload[] = []): Stage {
  const secrets = openSecrets({ home, keychain: undefined })
  const runtime = { remove: async (workload: Workload) => void removed.push(workload) }
  const options = { home, run: 'r', recovered, runtime, secrets, onError: expect.unreachable }
  return openContainerStage(options as unknown as ContainerStageOptions)
}

/** What is kept of an attempt's secrets until it is over. */
function keepHidden(): string {
  const { control } = attemptFolders(home, addressOf(task))
  mkdirSync(control, { recursive: true })
  writeFileSync(join(control, 'hidden-values.json'), 'damaged')
  return join(control, 'hidden-values.json')
}

test('an attempt is released whatever became of the values that its log does not show', () => {
  const hidden = keepHidden()
  const removed: Workload[] = []
  open(false, removed).release(task)
  expect(removed.map(({ labels }) => labels)).toEqual([{ run: 'r', step: 'a', attempt: '1' }])
  expect(existsSync(hidden)).toBe(false)
})

test('what a core that died kept of secrets goes when the run is over', async () => {
  const hidden = keepHidden()
  await open(true).clear()
  expect(existsSync(hidden)).toBe(false)
})
