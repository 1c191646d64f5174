import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { LogLineView } from './log-line.tsx'

const line = { stream: 'stderr' as const, text: 'No such file', time: 0, late: false, cutFrom: 0 }
const drawn = (isCurrent: boolean) =>
  renderToStaticMarkup(createElement(LogLineView, { line, hasTime: false, pattern: undefined, isCurrent }))

test('the line that is gone to is told to screen readers, others are not', () => {
  expect(drawn(true)).toContain('aria-current="true"')
  expect(drawn(false)).not.toContain('aria-current')
})
