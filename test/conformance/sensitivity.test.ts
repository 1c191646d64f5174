import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { privateEngines } from '#core/conformance-engine.ts'
import {
  CASES,
  chooseCases,
  runConformance,
  type Case,
  type ConformanceEngine,
  type Expected,
  type OpenConformanceEngine,
} from '#core/conformance/index.ts'
import type { ConformanceResult } from '#core/contract/conformance.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { removeTree } from '#core/files/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openSettings } from '#core/settings/index.ts'
import { playSuite } from './private-suite.ts'

const caseOf = (name: string): Case => chooseCases([name])[0] ?? expect.fail(`no case ${name}`)

/** What becomes of a case where the core behaves in another way. */
async function playedWith(
  name: string,
  change: (service: PipelineService) => Partial<PipelineService>,
): Promise<ConformanceResult> {
  const wrap = (open: OpenConformanceEngine) => async (home: string) => {
    const engine = await open(home)
    const service = { ...engine.service, ...change(engine.service) }
    const changed: ConformanceEngine = { ...engine, service }
    return changed
  }
  await using suite = await playSuite('process', [caseOf(name)], { wrap })
  return await suite.result(name)
}

/** What becomes of a case where something else is wanted. */
async function playedAs(name: string, change: (wanted: Expected) => Expected): Promise<ConformanceResult> {
  const it = caseOf(name)
  const scenario = it.scenario.map((act) => (act.act === 'run' ? { ...act, expected: change(act.expected) } : act))
  await using suite = await playSuite('process', [{ ...it, scenario }])
  return await suite.result(name)
}

type Changed = (event: SequencedEvent) => SequencedEvent

const withEvents =
  (change: Changed) =>
  (service: PipelineService): Partial<PipelineService> => ({
    events: (run, from, limit) => service.events(run, from, limit).map(change),
  })

describe('a core that behaves in another way is noticed', () => {
  test('when it loses the last line of a log', async () => {
    const result = await playedWith('log-streams', (service) => ({
      log: async (address, options) => {
        const page = await service.log(address, options)
        return { ...page, lines: page.lines.filter((line) => line.text !== 'out 4') }
      },
    }))
    expect(result).toMatchObject({ status: 'failed', reason: 'stdout of say: wanted 4 lines, found 3' })
  })

  test('when it loses a character of a line of 10 MB', async () => {
    const result = await playedWith('log-long-line', (service) => ({
      log: async (address, options) => {
        const page = await service.log(address, options)
        return { ...page, lines: page.lines.map((it) => ({ ...it, text: it.text.replace('xend', 'end') })) }
      },
    }))
    expect(result.reason).toBe('stdout of say: wanted 10000003 characters, found 10000002')
  })

  test('when it mixes up the streams', async () => {
    const result = await playedWith('log-streams', (service) => ({
      log: async (address, options) => {
        const page = await service.log(address, options)
        return { ...page, lines: page.lines.map((line) => ({ ...line, stream: 'stdout' as const })) }
      },
    }))
    expect(result.status).toBe('failed')
  })

  test('when it reports another exit code', async () => {
    const result = await playedWith(
      'death-by-signal',
      withEvents((event) =>
        event.kind === 'attempt.finished' && event.exitCode === 139 ? { ...event, exitCode: 11 } : event,
      ),
    )
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('die[3]') })
  })

  test('when it does not keep mode x', async () => {
    const result = await playedWith(
      'mode-x',
      withEvents((event) => JSON.parse(JSON.stringify(event).replace('"executable":true', '"executable":false'))),
    )
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('make succeeded') })
  })

  test('when it loses an empty folder', async () => {
    const result = await playedWith(
      'folders-empty',
      withEvents((event) => JSON.parse(JSON.stringify(event).replace('["a/b/c","empty"]', '["empty"]'))),
    )
    expect(result.status).toBe('failed')
  })

  test('when a step begins before what it waits for is over', async () => {
    const result = await playedWith('diamond', (service) => ({
      events: (run, from, limit) => {
        const events = service.events(run, from, limit)
        const early = events.findIndex((event) => event.kind === 'attempt.created' && event.step === 'bottom')
        const moved = events.splice(early, 1)
        return [...events.slice(0, 3), ...moved, ...events.slice(3)].map((event, i) => ({ ...event, seq: i + 1 }))
      },
    }))
    expect(result.reason).toBe('bottom began before left was over')
  })

  test('when an event is missing or comes twice', async () => {
    for (const change of [
      (events: SequencedEvent[]) => events.toSpliced(2, 1),
      (events: SequencedEvent[]) => [...events, ...events.slice(-1)],
    ]) {
      const result = await playedWith('plain', (service) => ({
        events: (run, from, limit) => change(service.events(run, from, limit)),
      }))
      expect(result.status).toBe('failed')
    }
  })

  test('when a secret stands in an event', async () => {
    const result = await playedWith(
      'secret-masked',
      withEvents((event) =>
        event.kind === 'attempt.started' ? { ...event, notEnforced: ['hunter2-conformance'] } : event,
      ),
    )
    expect(result.reason).toBe('the value of the secret conformance/token stands in an event')
  })

  test('when a secret stands in a log', async () => {
    const result = await playedWith('secret-masked', (service) => ({
      log: async (address, options) => {
        const page = await service.log(address, options)
        return {
          ...page,
          lines: page.lines.map((it) => ({ ...it, text: it.text.replace('***', 'hunter2-conformance') })),
        }
      },
    }))
    expect(result.reason).toContain('has "hunter2-conformance" in it')
  })

  test('when a run writes into the folder of the project', async () => {
    const result = await playedWith('plain', (service) => ({
      start: async (request, ...rest) => {
        writeFileSync(join(dirname(request.file), 'left.txt'), '')
        return service.start(request, ...rest)
      },
    }))
    expect(result.reason).toBe("a run left left.txt in the project's folder")
  })

  test('when a step has another key than on another target', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minisub-keys-'))
    const open = privateEngines({ settings: openSettings(folder), onError: () => undefined })
    const known = new Map([['plain', { target: 'docker', keys: 'other' }]])
    const { cases } = await runConformance({
      target: 'process',
      cases: [caseOf('plain')],
      open,
      folder,
      version: 'test',
      known,
    })
    expect(cases[0]?.reason).toContain('its step keys are not those that it had on docker')
    await removeTree(folder)
  })
})

describe('another expectation is noticed', () => {
  const changes: readonly (readonly [string, (wanted: Expected) => Expected])[] = [
    ['a line that is missing', (it) => ({ ...it, trace: it.trace.slice(1) })],
    ['a line too much', (it) => ({ ...it, trace: [...it.trace, 'more succeeded: #1 > started > succeeded 0'] })],
    ['another status of the run', (it) => ({ ...it, status: 'failed' })],
    ['another status of a step', (it) => ({ ...it, trace: it.trace.map((line) => line.replace('only s', 'only x')) })],
    ['another value', (it) => ({ ...it, trace: it.trace.map((line) => line.replace('n=5', 'n=6')) })],
    ['another output of the run', (it) => ({ ...it, outputs: { n: 6 } })],
    ['another line of the log', (it) => ({ ...it, logs: { only: { stdout: ['hallo'] } } })],
    ['a line of the log too much', (it) => ({ ...it, logs: { only: { stdout: ['hello', ''] } } })],
    ['a log that should be empty', (it) => ({ ...it, logs: { only: { stdout: [] } } })],
  ]
  test.each(changes)('%s', async (_, change) => {
    expect(await playedAs('plain', change)).toMatchObject({ status: 'failed', reason: expect.stringMatching(/./) })
  })
})

test('every case of the suite wants a status and a line for at least one step', () => {
  const poor = CASES.filter(({ scenario }) =>
    scenario.some((act) => act.act !== 'change' && act.expected.trace.length === 0),
  )
  expect(poor).toEqual([])
})
