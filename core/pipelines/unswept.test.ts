import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openUnswept } from './unswept.ts'

test('what may be left of a run is noted until all of it is gone, for later cores too', () => {
  const home = mkdtempSync(join(tmpdir(), 'minisub-unswept-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const unswept = openUnswept(home)
  expect(unswept.list()).toEqual([])
  unswept.forget('r0')
  for (const run of ['r1', 'r2', 'r1']) unswept.note(run)
  expect(openUnswept(home).list().toSorted()).toEqual(['r1', 'r2'])
  unswept.forget('r1')
  expect(openUnswept(home).list()).toEqual(['r2'])
})
