import { expect, test, vi } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import { sayIfLost } from './lost-connection.ts'

const LOST: SequencedEvent = { seq: 1, at: 0, kind: 'run.connection', state: 'lost', reason: 'no answer' }
const BACK: SequencedEvent = { seq: 2, at: 0, kind: 'run.connection', state: 'connected', reason: null }

test.each([
  ['a lost connection is told', [LOST], /no answer\nit is cancelled when the cluster is heard again/],
  ['one that is back is not', [LOST, BACK], undefined],
  ['nor is any other event', [], undefined],
])('%s', (_name, events, words) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  sayIfLost(events)
  const said = write.mock.calls.map(([text]) => String(text)).join('')
  write.mockRestore()
  if (words === undefined) expect(said).toBe('')
  else expect(said).toMatch(words)
})
