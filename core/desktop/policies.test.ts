import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  closingOf,
  encryptionInfo,
  endsWithWindows,
  externalAddress,
  logLine,
  mayCall,
  mayNavigate,
  mayStartAgain,
  mayUse,
  originOf,
  TROUBLE_PAGE,
  WEB_PREFERENCES,
} from './policies.ts'

const CORE = 'http://127.0.0.1:4711'

test('every switch of a page that could let it out is set as it must be', () => {
  expect(WEB_PREFERENCES).toEqual({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    allowRunningInsecureContent: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  })
})

test.each([
  [`${CORE}/runs`, `${CORE}/models?x=1#y`, true],
  [TROUBLE_PAGE, 'minisub-app://trouble/again', true],
  [TROUBLE_PAGE, `${CORE}/`, false],
  [`${CORE}/`, TROUBLE_PAGE, false],
  [`${CORE}/`, 'http://localhost:4711/', false],
  [`${CORE}/`, 'http://127.0.0.1:47110/', false],
  [`${CORE}/`, 'http://127.0.0.1:4711@evil.example/', false],
  [`${CORE}/`, 'https://127.0.0.1:4711/', false],
  [`${CORE}/`, 'blob:http://127.0.0.1:4711/1', false],
  [`${CORE}/`, 'data:text/html,x', false],
  [`${CORE}/`, 'about:blank', false],
  [`${CORE}/`, 'nonsense', false],
  ['', `${CORE}/`, false],
  ['https://evil.example/', 'https://evil.example/x', false],
])('a page at %s may go to %s: %s', (from, to, expected) => {
  expect(mayNavigate(from, to, CORE)).toBe(expected)
  expect(mayNavigate(from, to, undefined)).toBe(expected && from === TROUBLE_PAGE)
})

test('nothing but an address of the core itself is ever gone to from the core', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.string().map((it) => CORE + it),
      ),
      (to) => {
        if (mayNavigate(`${CORE}/`, to, CORE)) expect(new URL(to).origin).toBe(CORE)
      },
    ),
  )
})

test.each([
  ['https://example.com', 'https://example.com/'],
  ['http://example.com/a b', 'http://example.com/a%20b'],
  ['mailto:ada@example.com', 'mailto:ada@example.com'],
  ['https://user:secret@example.com/', undefined],
  ['file:///etc/passwd', undefined],
  ['smb://host/share', undefined],
  ['ms-msdt:/id', undefined],
  ['javascript:alert(1)', undefined],
  ['vscode://file/x', undefined],
  ['', undefined],
])('outside, %j is opened as %j', (address, expected) => {
  expect(externalAddress(address)).toBe(expected)
})

test('only the top frame of the core may call, and only while there is a core', () => {
  const frame = { url: `${CORE}/runs`, parent: null }
  expect([
    mayCall(frame, CORE),
    mayCall(frame, undefined),
    mayCall(null, CORE),
    mayCall({ ...frame, parent: {} }, CORE),
    mayCall({ ...frame, url: TROUBLE_PAGE }, CORE),
    mayCall({ ...frame, url: '' }, CORE),
  ]).toEqual([true, false, false, false, false, false])
})

test('permissions are those of the list, to the core alone', () => {
  expect(mayUse('notifications', `${CORE}/`, CORE)).toBe(true)
  expect(mayUse('media', `${CORE}/`, CORE)).toBe(false)
  expect(mayUse('notifications', 'https://evil.example', CORE)).toBe(false)
  expect(mayUse('notifications', '', undefined)).toBe(false)
})

test('an origin is scheme, host and port, also of a scheme of our own', () => {
  expect(['http://A.example:80/x', 'minisub-app://trouble/again', 'x'].map(originOf)).toEqual([
    'http://a.example',
    'minisub-app://trouble',
    undefined,
  ])
})

test('the third end within five minutes is one too many; older ones do not count', () => {
  expect(mayStartAgain([0, 1], 2)).toBe(true)
  expect(mayStartAgain([0, 1, 2], 2)).toBe(false)
  expect(mayStartAgain([0, 1, 400_000], 400_000)).toBe(true)
})

test('closing is asked for only where work would be touched by it', () => {
  expect(closingOf({ isAttached: false, jobs: 1, closing: 'ask' })).toBe('ask')
  expect(closingOf({ isAttached: true, jobs: 1, closing: 'ask' })).toBe('quit')
  expect(closingOf({ isAttached: false, jobs: 0, closing: 'keep' })).toBe('quit')
  expect(closingOf({ isAttached: false, jobs: 2, closing: 'keep' })).toBe('keep')
})

test('the backend of Linux is asked for on Linux alone', () => {
  const never = (): string => {
    throw new Error('there is none')
  }
  expect(encryptionInfo('darwin', never)).toEqual({ backend: 'Keychain', isStrong: true })
  expect(encryptionInfo('win32', never)).toEqual({ backend: 'DPAPI', isStrong: true })
  expect(encryptionInfo('linux', () => 'basic_text')).toEqual({ backend: 'basic_text', isStrong: false })
})

test('macOS keeps the app without windows, unless work was to end with them', () => {
  const work = { isAttached: false, jobs: 1, closing: 'quit' } as const
  expect(endsWithWindows('darwin', work)).toBe(true)
  expect(endsWithWindows('darwin', { ...work, jobs: 0 })).toBe(false)
  expect(endsWithWindows('darwin', { ...work, isAttached: true })).toBe(false)
  expect(endsWithWindows('darwin', { ...work, closing: 'keep' })).toBe(false)
  expect(endsWithWindows('linux', { ...work, closing: 'keep' })).toBe(false)
  expect(endsWithWindows('linux', { ...work, jobs: 0 })).toBe(true)
})

test('a line of the log has no code that opens a session', () => {
  expect(logLine('loading http://127.0.0.1:1/runs#code=0123abcd failed', new Date(0))).toBe(
    '1970-01-01T00:00:00.000Z loading http://127.0.0.1:1/runs#code=… failed\n',
  )
})

test('a line of the log is one line, whatever it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (sentence) => {
      expect(logLine(sentence, new Date(0)).match(/[\r\n]/g)).toEqual(['\n'])
    }),
  )
})
