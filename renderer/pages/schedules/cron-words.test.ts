import { Cron } from 'croner'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cronWords } from './cron-words.ts'

test.each([
  ['* * * * *', 'Every minute'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['0 * * * *', 'Every hour, on the hour'],
  ['5 * * * *', 'Every hour, 5 minutes past'],
  ['0 */6 * * *', 'Every 6 hours, on the hour'],
  ['1 * * * *', 'Every hour, 1 minute past'],
  ['30 */2 * * *', 'Every 2 hours, 30 minutes past'],
  ['0 6 * * *', 'Every day at 06:00'],
  ['  5   23 * * * ', 'Every day at 23:05'],
  ['0 6 * * 1-5', 'Monday to Friday at 06:00'],
  ['0 6 * * MON-FRI', 'Monday to Friday at 06:00'],
  ['0 6 * * 7', 'Every Sunday at 06:00'],
  ['0 6 * * 1,3,fri', 'Every Monday, Wednesday and Friday at 06:00'],
  ['15 4 1 * *', 'On day 1 of every month at 04:15'],
  ['0 0 24 12 *', 'Every year on 24 December at 00:00'],
  ['0 0 24 dec *', 'Every year on 24 December at 00:00'],
  ['@hourly', 'Every hour, on the hour'],
  ['@daily', 'Every day at 00:00'],
  ['@weekly', 'Every Sunday at 00:00'],
  ['@monthly', 'On day 1 of every month at 00:00'],
  ['@Yearly', 'Every year on 1 January at 00:00'],
])('%s in words', (expression, words) => expect(cronWords(expression)).toBe(words))

test.each([
  ['*/7 * * * *', 'the distances are not all the same'],
  ['0 6 1 * 1', 'a day of the month or one of the week'],
  ['0 6,18 * * *', 'two times a day'],
  ['0 6 L * *', 'the last day'],
  ['0 6 * * 1#2', 'the second Monday'],
  ['0 0 6 * * *', 'six fields'],
  ['61 * * * *', 'no minute'],
  ['0 6 * * 1-1', 'no range'],
  ['0 6 * 2 *', 'every day of a month'],
  ['', 'nothing'],
])('%s is left as it is: %s', (expression) => expect(cronWords(expression)).toBeUndefined())

test('any text has words without holes, or none', () => {
  const field = fc.constantFrom('*', '*/5', '*/2', '0', '7', '31', '1-5', '1,2', 'mon', 'dec', 'x', '', '-', ',', '60')
  const text = fc.oneof(
    fc.string(),
    fc.array(field, { maxLength: 7 }).map((fields) => fields.join(' ')),
  )
  fc.assert(
    fc.property(text, (expression) => {
      expect(cronWords(expression) ?? '').not.toMatch(/undefined|NaN/)
    }),
  )
})

test('a day and time in words is when it is due', () => {
  const fields = fc.record({ minute: fc.nat(59), hour: fc.nat(23), weekday: fc.nat(7) })
  fc.assert(
    fc.property(fields, ({ minute, hour, weekday }) => {
      const expression = `${minute} ${hour} * * ${weekday}`
      const next = new Cron(expression, { timezone: 'UTC' }).nextRun()
      const day = next?.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
      const time = next?.toLocaleTimeString('en', {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone: 'UTC',
      })
      expect(cronWords(expression)).toBe(`Every ${day} at ${time}`)
    }),
  )
})
