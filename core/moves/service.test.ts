import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import { isFinalRun, type RunStatus } from '#core/contract/events.ts'
import { openStore, removeTree, type Store } from '#core/store/index.ts'
import { openFakeHandover, type FakeHandover } from './fake-handover.ts'
import { openMoves, type Moves } from './index.ts'

const NOW = { target: 'lab', mode: 'now', parallelism: null } as const
const WAIT = { ...NOW, mode: 'wait' } as const

type Fixture = AsyncDisposable & {
  readonly handover: FakeHandover
  readonly store: Store
  readonly errors: unknown[]
  moves: Moves & Disposable
  /** The core dies, and the next one opens. */
  restart(): void
}

function openFixture(status: RunStatus = 'running'): Fixture {
  const home = mkdtempSync(join(tmpdir(), 'minisub-moves-'))
  const store = openStore(home)
  const handover = openFakeHandover()
  const errors: unknown[] = []
  handover.runs.set('r', { target: 'process', status, leaving: null, wait: false })
  const open = () => openMoves({ store, handover, runs: handover, onError: (error) => void errors.push(error) })
  const fixture: Fixture = {
    handover,
    store,
    errors,
    moves: open(),
    restart() {
      fixture.moves[Symbol.dispose]()
      fixture.moves = open()
    },
    async [Symbol.asyncDispose]() {
      fixture.moves[Symbol.dispose]()
      await sleep(5)
      store[Symbol.dispose]()
      await removeTree(home)
    },
  }
  return fixture
}

const refused = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'not refused',
    (error: unknown) => (error instanceof Problem ? `${error.code}: ${error.message}` : String(error)),
  )

describe('a move', () => {
  test('checks all, stops the run, and begins the new one, which it tells to those who wait', async () => {
    await using fixture = openFixture()
    const { handover, moves } = fixture
    const lines: string[] = []
    const { move, run } = await moves.move('r', NOW, (line) => lines.push(line))
    expect(move).toMatchObject({ run: 'r', source: 'process', target: 'lab', state: 'done', problem: null })
    expect(run).toMatchObject({ id: move.newRun, target: 'lab', status: 'running' })
    expect(handover.done).toEqual(['check r lab', 'leave r', `begin ${move.newRun} of r on lab`])
    expect(lines).toContain('uploading for lab')
    expect([moves.activeCount(), moves.show('r')]).toEqual([0, move])
  })

  test('of a run that failed or was cancelled before stops nothing', async () => {
    for (const status of ['failed', 'cancelled'] as const) {
      await using fixture = openFixture(status)
      const { move } = await fixture.moves.move('r', WAIT)
      expect(fixture.handover.done).toEqual(['check r lab', `begin ${move.newRun} of r on lab`])
    }
  })

  test('that cannot be leaves the run alone, and can be asked for again', async () => {
    await using fixture = openFixture()
    const { handover } = fixture
    handover.gate = async () => {
      throw new Problem('quota_exceeded', 'no room: ask for some')
    }
    expect(await refused(fixture.moves.move('r', NOW))).toBe('quota_exceeded: no room: ask for some')
    expect(fixture.moves.show('r')).toMatchObject({ state: 'failed', problem: { code: 'quota_exceeded' } })
    expect([handover.done, handover.runs.get('r')?.status]).toEqual([['check r lab'], 'running'])
    handover.gate = () => Promise.resolve()
    expect((await fixture.moves.move('r', NOW)).move.state).toBe('done')
  })

  test('is the same one when it is asked for again, also when it is done', async () => {
    await using fixture = openFixture()
    const { moves } = fixture
    const [one, other] = await Promise.all([moves.move('r', NOW), moves.move('r', WAIT)])
    expect(other.move).toEqual(one.move)
    expect(await moves.move('r', NOW)).toEqual(one)
    expect(fixture.handover.runs.size).toBe(2)
  })

  test('is refused where nothing is to be moved, with a way out', async () => {
    await using fixture = openFixture('succeeded')
    const { moves, handover } = fixture
    expect(await refused(moves.move('r', NOW))).toContain('conflict: run r succeeded')
    handover.runs.set('on-lab', { target: 'lab', status: 'running', leaving: null, wait: false })
    expect(await refused(moves.move('on-lab', NOW))).toBe('conflict: run on-lab is on lab already: name another target')
    handover.runs.set('failed', { target: 'lab', status: 'failed', leaving: null, wait: false })
    expect(await refused(moves.move('failed', NOW))).toContain('minisub resume failed')
    expect(await refused(moves.move('failed', { ...NOW, target: 'moon' }))).toContain(
      'not_supported: there is no target',
    )
    expect(await refused(moves.move('none', NOW))).toContain('not_found')
    expect(() => moves.show('r')).toThrow('run r was not moved')
  })

  test('goes to one place at a time, and to one at all', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const moving = moves.move('r', WAIT)
    expect(await refused(moves.move('r', { ...NOW, target: 'docker' }))).toContain('run r is being moved to lab')
    await expect.poll(() => handover.done).toContain('leave r wait')
    handover.end('r', 'cancelled')
    await moving
    expect(await refused(moves.move('r', { ...NOW, target: 'docker' }))).toContain('run r was moved to lab as run ')
  })

  test('has nothing left to do where the run succeeds first', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const moving = moves.move('r', WAIT)
    await expect.poll(() => handover.done).toContain('leave r wait')
    handover.end('r', 'succeeded')
    expect(await moving).toMatchObject({ move: { state: 'unneeded', problem: null }, run: { id: 'r' } })
  })

  test('ends when somebody cancels the run meanwhile', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const moving = refused(moves.move('r', WAIT))
    await expect.poll(() => handover.done).toContain('leave r wait')
    const run = handover.runs.get('r')
    if (run !== undefined) run.leaving = null
    handover.end('r', 'cancelled')
    expect(await moving).toContain('conflict: run r was cancelled before it was moved')
    expect(handover.runs.size).toBe(1)
  })

  test('can be given up while it is checked, and while the new run is made ready, and not in between', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const hold: FakeHandover['gate'] = (_part, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    handover.gate = hold
    const first = refused(moves.move('r', NOW))
    expect(await moves.giveUp('r')).toMatchObject({ state: 'failed', problem: { message: 'the move was given up' } })
    expect([await first, handover.runs.get('r')?.status]).toEqual(['conflict: the move was given up', 'running'])
    expect(await refused(moves.giveUp('r'))).toContain('there is none to give up')

    handover.gate = (part, signal) => (part === 'begin' ? hold(part, signal) : Promise.resolve())
    const second = refused(moves.move('r', WAIT))
    await expect.poll(() => moves.show('r').state).toBe('stopping')
    expect(await refused(moves.giveUp('r'))).toContain('run r is being stopped')
    handover.end('r', 'cancelled')
    await expect.poll(() => moves.show('r').state).toBe('preparing')
    expect(await refused(moves.giveUp('r', { onlyChecking: true }))).toContain('run r was stopped for its move')
    await moves.cancelRun('r', { force: false })
    expect([await second, handover.runs.size]).toEqual(['conflict: the move was given up', 1])
  })

  test('is cancelled with its run while that is still checked, and not waited for', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    handover.gate = (_part, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const moving = refused(moves.move('r', NOW))
    await expect.poll(() => handover.done).toContain('check r lab')
    await moves.cancelRun('r', { force: false })
    expect(await moving).toContain('conflict: run r was cancelled before it was moved')
    expect(handover.runs.get('r')?.status).toBe('cancelled')
  })

  test('that is known by its id is answered as it ended', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const newRun = newId<'run'>()
    handover.gate = () => Promise.reject(new Problem('quota_exceeded', 'no room'))
    expect(await refused(moves.move('r', { ...NOW, newRun }))).toBe('quota_exceeded: no room')
    handover.gate = () => Promise.resolve()
    expect(await refused(moves.move('r', { ...NOW, newRun }))).toBe('quota_exceeded: no room')
    expect(handover.done).toEqual(['check r lab'])
    expect((await moves.move('r', NOW)).move.newRun).not.toBe(newRun)
    handover.runs.set('other', { target: 'process', status: 'running', leaving: null, wait: false })
    for (const id of [newRun, 'no-ulid'])
      expect(await refused(moves.move('other', { ...NOW, newRun: id }))).toContain(`conflict: ${id} is no free id`)
  })

  test('that waits can be asked to wait no longer, and then only that stops the run', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const waiting = moves.move('r', WAIT)
    await expect.poll(() => moves.show('r').state).toBe('stopping')
    const { move } = await moves.move('r', NOW)
    expect([move.state, move.mode, (await waiting).move]).toEqual(['done', 'now', move])
    expect(handover.done.slice(0, 3)).toEqual(['check r lab', 'leave r wait', 'leave r'])
  })

  test('keeps the parallelism that it began with, and says so', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const waiting = moves.move('r', { ...WAIT, parallelism: 3 })
    await expect.poll(() => moves.show('r').state).toBe('stopping')
    expect(await refused(moves.move('r', { ...WAIT, parallelism: 4 }))).toContain('with a parallelism of 3')
    handover.end('r', 'cancelled')
    expect((await moves.move('r', { ...WAIT, parallelism: 3 })).move).toEqual((await waiting).move)
  })

  test('lets nothing else go on with its run while it is open', async () => {
    await using fixture = openFixture()
    const { moves, handover } = fixture
    const moving = moves.move('r', WAIT)
    await expect.poll(() => moves.show('r').state).toBe('stopping')
    expect(() => moves.refuseWhileMoving('r')).toThrow('run r is being moved to lab')
    handover.end('r', 'cancelled')
    await moving
    expect(() => moves.refuseWhileMoving('r')).not.toThrow()
  })

  test('goes on where it could not be written down for a while, and is not answered before its end', async () => {
    await using fixture = openFixture()
    const { moves, store, errors } = fixture
    store.db.exec(`CREATE TRIGGER full BEFORE UPDATE ON moves BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
    const lines: string[] = []
    const moving = moves.move('r', NOW, (line) => lines.push(line))
    await expect.poll(() => errors.length).toBe(1)
    store.db.exec('DROP TRIGGER full')
    expect((await moving).move.state).toBe('done')
    expect(lines.join()).toContain('disk full); it is tried again')
  })

  test('waits for a target that is away once the run is over, and says so', async () => {
    await using fixture = openFixture()
    let tries = 0
    fixture.handover.gate = async (part) => {
      if (part === 'begin' && (tries += 1) === 1) throw new Problem('cluster_unreachable', 'no route to the cluster')
    }
    const lines: string[] = []
    expect((await fixture.moves.move('r', NOW, (line) => lines.push(line))).move.state).toBe('done')
    expect(lines).toContain('no route to the cluster; it is tried again')
  })

  test('that meets a bug has failed, and the bug is told', async () => {
    await using fixture = openFixture()
    fixture.handover.gate = () => Promise.reject(new TypeError('oh'))
    expect(await refused(fixture.moves.move('r', NOW))).toBe('internal: oh')
    expect(fixture.errors).toEqual([new TypeError('oh')])
  })
})

test('wherever cores die, one new run begins, once the old one is over, and none where that was not asked for', async () => {
  const part = fc.constantFrom('check', 'leave', 'begin', 'after begin')
  const property = fc.asyncProperty(fc.array(part, { maxLength: 5 }), fc.boolean(), async (deaths, waits) => {
    await using fixture = openFixture()
    const { handover } = fixture
    const left = [...deaths]
    // A core that dies never comes back from where it was.
    const die = (): Promise<never> => {
      left.shift()
      setImmediate(() => fixture.restart())
      return new Promise(() => undefined)
    }
    handover.gate = (at) => (left[0] === at ? die() : Promise.resolve())
    const begin: FakeHandover['begin'] = handover.begin.bind(handover)
    handover.begin = async (...asked) => {
      const view = await begin(...asked)
      expect(isFinalRun(handover.runs.get('r')?.status ?? 'running')).toBe(true)
      return left[0] === 'after begin' ? die() : view
    }
    void fixture.moves.move('r', waits ? WAIT : NOW).catch(() => undefined)
    await expect
      .poll(
        () => {
          if (waits && handover.runs.get('r')?.leaving !== null) handover.end('r', 'cancelled')
          return fixture.moves.show('r').state
        },
        { interval: 2 },
      )
      .toBe('done')
    expect(handover.done.filter((it) => it.startsWith('begin'))).toEqual([
      `begin ${fixture.moves.show('r').newRun} of r on lab`,
    ])
  })
  await fc.assert(property, { numRuns: 40 })
})
