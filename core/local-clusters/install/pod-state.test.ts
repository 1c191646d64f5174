import { expect, test } from 'vitest'
import { faultOf } from './pod-state.ts'

const pod = (status: object) => ({ metadata: { name: 'p' }, status })
const container = (state: object, more: object = {}) => pod({ containerStatuses: [{ name: 'c', state, ...more }] })
const unscheduled = (message: string) =>
  pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] })
const waiting = (reason: string, more: object = {}) => container({ waiting: { reason, message: 'words' } }, more)

test.each([
  ['a pod that is just made', pod({}), undefined],
  ['a running one', container({ running: {} }, { ready: true }), undefined],
  ['one whose containers are made', waiting('ContainerCreating'), undefined],
  ['one that begins, not ready yet', container({ running: {} }), undefined],
  ['an image that is not there', waiting('ErrImagePull'), 'ErrImagePull'],
  ['the same later', waiting('ImagePullBackOff'), 'ImagePullBackOff'],
  ['a name that is none', waiting('InvalidImageName'), 'InvalidImageName'],
  ['a Secret that is not there', waiting('CreateContainerConfigError'), 'CreateContainerConfigError'],
  ['a program that ends', waiting('CrashLoopBackOff', { restartCount: 2 }), 'CrashLoopBackOff'],
  ['the same while it runs once more', container({ running: {} }, { restartCount: 2 }), 'CrashLoopBackOff'],
  ['one that was started anew and is well', container({ running: {} }, { restartCount: 2, ready: true }), undefined],
  ['one that fits on no node', unscheduled('0/1 nodes are available: 1 Insufficient cpu.'), 'Unschedulable'],
  ['a node that begins', unscheduled('1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }'), undefined],
])('%s', (_, object, reason) => {
  expect(faultOf(object)?.reason).toBe(reason)
})

test('a program that ends again and again is told with its code, and where its log is', () => {
  const lastState = { terminated: { reason: 'Error', exitCode: 3 } }
  expect(faultOf(waiting('CrashLoopBackOff', { restartCount: 2, lastState }))).toEqual({
    reason: 'CrashLoopBackOff',
    message: 'its container c ended with 3',
    crashed: { pod: 'p', container: 'c' },
  })
})
