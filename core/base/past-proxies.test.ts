import { expect, test } from 'vitest'
import { pastProxies } from './past-proxies.ts'

const both = (past: string): object => ({ NO_PROXY: past, no_proxy: past })

test.each([
  ['no proxy', { NO_PROXY: 'x', HTTP_PROXY: '' }, {}],
  ['a proxy alone', { HTTP_PROXY: 'http://p:1' }, both('127.0.0.1')],
  ['a list', { https_proxy: 'p', no_proxy: 'a, b,' }, both('a,b,127.0.0.1')],
  ['two lists', { ALL_PROXY: 'p', no_proxy: 'a', NO_PROXY: 'b' }, { NO_PROXY: 'b,127.0.0.1', no_proxy: 'a,127.0.0.1' }],
  ['everything', { http_proxy: 'p', NO_PROXY: '*' }, both('*')],
  ['itself', { http_proxy: 'p', NO_PROXY: 'a,127.0.0.1' }, both('a,127.0.0.1')],
])('the loopback is reached past %s', (_, variables, expected) => {
  expect(pastProxies(variables)).toEqual(expected)
})
