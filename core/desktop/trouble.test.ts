import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { troublePage, type Trouble } from './trouble.ts'

const TEMPLATE = join(import.meta.dirname, '..', '..', 'resources', 'desktop', 'trouble.html')
const END: Trouble = { title: 'The core ended', cause: 'its process ended with code 1', tail: 'a\nb', isAgain: false }

test('without trouble the page says that the core starts', async () => {
  const page = await troublePage(TEMPLATE).text()
  expect(page).toContain('The core is starting')
  expect(page).toContain('class="again silent"')
})

test('it offers to start again where nobody does', async () => {
  const page = await troublePage(TEMPLATE, END, '/home/ada/desktop.log').text()
  expect(page).toContain('<a href="/again">')
  expect(page).toContain('class="stopped"')
  expect(page).toContain('/home/ada/desktop.log')
})

test('no script runs in it', () => {
  expect(troublePage(TEMPLATE).headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src/)
})

test('whatever the core wrote is text in the page', async () => {
  const plain = (await troublePage(TEMPLATE, END).text()).match(/<[^>]+>/g)
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const page = await troublePage(TEMPLATE, { ...END, title: text, cause: text, tail: `x${text}` }, text).text()
      expect(page.match(/<[^>]+>/g)).toEqual(plain)
    }),
  )
  const hostile = await troublePage(TEMPLATE, { ...END, tail: '<script>$& {{TITLE}}</script>' }).text()
  expect(hostile).toContain('&#60;script&#62;$&#38; {{TITLE}}&#60;/script&#62;')
})
