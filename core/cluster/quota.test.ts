import { expect, test } from 'vitest'
import { shortOf } from './quota.ts'

const POD = { requests: { cpu: '500m', memory: '1073741824' }, limits: { cpu: '500m', memory: '1073741824' } }

test.each([
  ['no pod left', { pods: '10' }, { pods: '10' }, {}, 'pods'],
  ['none at all', { pods: '0' }, {}, {}, 'pods'],
  ['too few processors left', { 'requests.cpu': '2' }, { 'requests.cpu': '1600m' }, POD, 'requests.cpu'],
  ['the short name of a request', { cpu: '100m' }, {}, POD, 'cpu'],
  ['too little memory at all', { 'limits.memory': '512Mi' }, {}, POD, 'limits.memory'],
])('a quota with %s has no room for a pod', (_what, hard, used, pod, resource) => {
  expect(shortOf({ status: { hard, used } }, pod)?.resource).toBe(resource)
})

test.each([
  ['room for just this one', { pods: '2', 'requests.cpu': '1' }, { pods: '1', 'requests.cpu': '500m' }, POD],
  ['limits of what pods do not take', { services: '0', 'requests.storage': '0' }, {}, POD],
  ['memory for a step that names none', { 'limits.memory': '1Mi' }, {}, {}],
])('a quota with %s has room for a pod', (_what, hard, used, pod) => {
  expect(shortOf({ status: { hard, used } }, pod)).toBeUndefined()
})
