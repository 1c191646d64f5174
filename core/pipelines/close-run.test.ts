import { describe, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { applyEvent } from './apply-event.ts'
import { cancelRun, leaveRun, type ClosingLoop } from './close-run.ts'
import type { LeaveWish, Mirror } from './executor.ts'
import { occupiedTasks } from './loop-tasks.ts'
import { initialState, type RunState } from './run-state.ts'
import { planOfSpec } from './test-store.ts'

const TO = { run: 'n', target: 'docker' }

/** A run with a step that runs and one that waits; `isSent`: its cluster has it. */
function openRun({ onCluster, isSent = true }: { readonly onCluster: boolean; readonly isSent?: boolean }) {
  const state: RunState = initialState(
    planOfSpec({ steps: { a: { command: ['true'] }, b: { command: ['true'], needs: ['a'] } } }),
  )
  const kinds: string[] = []
  const emit = (event: RunEvent): void => {
    kinds.push(event.kind)
    applyEvent(state, { ...event, seq: state.seq + 1, at: state.seq + 1 })
  }
  emit({ kind: 'run.started' })
  if (onCluster && isSent) emit({ kind: 'run.submitted', name: 'r', uid: 'u' })
  const created = { step: 'a', item: null, attempt: 1, key: 'k', verdict: { hit: false, reason: '' }, defaults: [] }
  emit({ kind: 'attempt.created', ...created })
  const left: LeaveWish[] = []
  const mirror = { leave: (wish: LeaveWish) => void left.push(wish), abandon: () => kinds.push('abandoned') }
  const loop: ClosingLoop = {
    state,
    mirror: onCluster ? (mirror as unknown as Mirror) : undefined,
    running: () => occupiedTasks({ run: 'r', state }),
    emit,
    stop: ({ step }) => void kinds.push(`stop ${step.bound.planned.name}`),
    post: (message) => message(),
    after: (effect) => effect(),
  }
  return {
    loop,
    state,
    left,
    told: () => kinds.splice(0).slice(onCluster && isSent ? 3 : 2),
    more: () => kinds.splice(0),
  }
}

describe('a run that goes on elsewhere', () => {
  test('is stopped on this machine, or with wait only begins no more', () => {
    const now = openRun({ onCluster: false })
    leaveRun(now.loop, TO, { wait: false })
    expect(now.told()).toEqual(['run.cancelling', 'stop a'])
    const wait = openRun({ onCluster: false })
    leaveRun(wait.loop, TO, { wait: true })
    expect(wait.told()).toEqual(['run.draining'])
    expect(wait.state.steps.map(({ status }) => status)).toEqual(['pending', 'cancelled'])
    expect(wait.state.leaving?.to).toEqual(TO)
  })

  test('is left to its cluster first, and then what never got to run is stopped', () => {
    const run = openRun({ onCluster: true })
    leaveRun(run.loop, TO, { wait: true })
    expect([run.told(), run.left.length]).toEqual([[], 1])
    const attempt = { step: 'a', item: null, attempt: 1 }
    const asked = [
      run.left[0]?.isTold(attempt, false),
      run.left[0]?.isTold(attempt, true),
      run.left[0]?.isTold({ ...attempt, attempt: 2 }, false),
      run.left[0]?.isTold({ step: 'b', item: null, attempt: 1 }, false),
    ]
    expect(asked).toEqual([true, false, false, false])
    run.left[0]?.done()
    expect(run.more()).toEqual(['run.draining', 'stop a'])
    expect(run.left[0]?.isTold({ step: 'b', item: null, attempt: 1 }, true)).toBe(true)
  })

  test('that its cluster may have without an answer is left to it too', () => {
    const run = openRun({ onCluster: true, isSent: false })
    leaveRun(run.loop, TO, { wait: false })
    expect([run.told(), run.left.length]).toEqual([[], 1])
    run.left[0]?.done()
    expect(run.more()).toEqual(['run.cancelling', 'stop a'])
  })

  test('is asked once, and a cancel by hand takes it back', () => {
    const run = openRun({ onCluster: false })
    leaveRun(run.loop, TO, { wait: true })
    leaveRun(run.loop, TO, { wait: true })
    cancelRun(run.loop, { abandon: false })
    cancelRun(run.loop, { abandon: false })
    expect(run.told()).toEqual(['run.draining', 'run.cancelling', 'stop a'])
    expect([run.state.leaving, run.state.steps[1]?.final]).toEqual([null, 1])
  })

  test('that is waited for can be stopped after all, once', () => {
    const run = openRun({ onCluster: false })
    leaveRun(run.loop, TO, { wait: true })
    leaveRun(run.loop, TO, { wait: false })
    leaveRun(run.loop, TO, { wait: false })
    expect(run.told()).toEqual(['run.draining', 'run.cancelling', 'stop a'])
    expect(run.state.leaving?.to).toEqual(TO)
  })

  test('that is being cancelled by hand already stays so', () => {
    const run = openRun({ onCluster: true })
    leaveRun(run.loop, TO, { wait: false })
    cancelRun(run.loop, { abandon: true })
    run.left[0]?.done()
    expect(run.told()).toEqual(['abandoned', 'run.cancelling', 'stop a'])
    expect(run.state.leaving).toBeNull()
  })
})
