import fc from 'fast-check'
import { expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const PROXY = 'http://proxy:3128'

test.each([
  ['https://k8s.example.com', '', true],
  ['https://k8s.example.com', 'example.com', false],
  ['https://k8s.example.com', '.example.com', false],
  ['https://example.com', '.example.com', true],
  ['https://k8s.example.com', 'ample.com', true],
  ['https://k8s.example.com:6443', 'k8s.example.com:6443', false],
  ['https://k8s.example.com:6443', 'k8s.example.com:443', true],
  ['https://k8s.example.com', 'other, K8S.Example.com:443', false],
  ['https://10.1.2.3', '10.0.0.0/8', false],
  ['https://11.1.2.3', '10.0.0.0/8', true],
  ['https://[fd00::1]', 'fd00::/8', false],
  ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
  ['https://10.1.2.3', '10.1.2.3', false],
  ['https://10.1.2.3', '10.0.0.0/99', true],
  ['https://k8s.example.com', '*', false],
  ['https://localhost:6443', '', false],
  ['https://127.0.0.2:6443', '', false],
  ['https://[::1]:6443', '', false],
])('%s with NO_PROXY=%s goes through the proxy: %s', (server, noProxy, isProxied) => {
  const expected = isProxied ? PROXY : undefined
  expect(proxyFor(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })).toBe(expected)
  expect(proxyFor(new URL(server), { https_proxy: 'proxy:3128', no_proxy: noProxy })).toBe(expected)
})

test('a server without TLS has its own variable', () => {
  expect(proxyFor(new URL('http://x.example'), { HTTPS_PROXY: PROXY })).toBeUndefined()
  expect(proxyFor(new URL('http://x.example'), { HTTP_PROXY: PROXY })).toBe(PROXY)
})

test('any NO_PROXY can be read', () => {
  const rule = fc.oneof(
    fc.string(),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.constantFrom('10.0.0.0/', '/', '[', ':', '.', '*.'),
  )
  const property = fc.property(fc.array(rule), (rules) => {
    proxyFor(new URL('https://10.0.0.1:6443'), { HTTPS_PROXY: PROXY, NO_PROXY: rules.join(',') })
  })
  fc.assert(property)
})
