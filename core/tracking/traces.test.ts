import { expect, test } from 'vitest'
import { openTraces } from './traces.ts'
import { trackingForTest } from './tracking-fixture.ts'

test.each(['toString', 'constructor', '__proto__'])(
  'a tag %s that a trace does not have cannot be deleted',
  async (key) => {
    const { tracking } = trackingForTest()
    const traces = openTraces(tracking)
    await traces.putTrace({ id: 'tr-1', experimentId: '0', at: 1, info: {}, tags: { kept: 'yes' } })
    await expect(traces.deleteTraceTag('tr-1', key)).rejects.toMatchObject({ code: 'not_found' })
    await traces.setTraceTag('tr-1', { key, value: 'own' })
    expect(Object.entries(traces.trace('tr-1').tags)).toEqual([
      ['kept', 'yes'],
      [key, 'own'],
    ])
    await traces.deleteTraceTag('tr-1', key)
    expect(Object.keys(traces.trace('tr-1').tags)).toEqual(['kept'])
  },
)
