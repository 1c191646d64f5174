import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agentName } from './agent-name.ts'

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

test.each([
  [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`, 'Chromium on Linux'],
  [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME.replace('Chrome', 'HeadlessChrome')}`, 'Headless Chromium on Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/140.0.0.0`, 'Edge on Windows'],
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME}`, 'Chromium on Android'],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} OPR/120.0`, 'Opera on macOS'],
  [
    `Mozilla/5.0 (X11; Linux x86_64) ${CHROME.replace('Chrome', 'mini-submarine/1 Chrome')} Electron/45`,
    'Electron on Linux',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  ['curl/8.5.0', 'curl'],
  ['Mozilla/5.0', 'a browser'],
  ['', 'a browser'],
  ['<b>me</b>/1', 'a browser'],
  ['evil\nname/1 Linux', 'a browser on Linux'],
])('%j is called %j', (userAgent, name) => {
  expect(agentName(userAgent)).toBe(name)
})

test('whatever a program calls itself, the name is short and printable', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Chrome/', 'Version/1 ', 'Safari/', 'Mozilla/5.0 ', 'Linux', 'a'.repeat(2_000), '/'),
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      expect(agentName(parts.join(''))).toMatch(/^[ -~]{1,64}$/)
    }),
  )
})
