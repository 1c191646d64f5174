import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { parseCron } from './cron.ts'

test.each([
  ['*/15 9-17 * * MON-FRI', '*/15 9-17 * * MON-FRI', '* * 1,2,3,4,5'],
  ['  5   4\t*  jan,DEC ? ', '5 4 * jan,DEC ?', '* 1,12 *'],
  ['0 0 * * 7', '0 0 * * 0', '* * 0'],
  ['0 0 * * 5-7', '0 0 * * 0,5,6', '* * 0,5,6'],
  ['0 0 1,15 * 1', '0 0 1,15 * 1', '1,15 * 1'],
  ['0 0 */10 * *', '0 0 */10 * *', '1,11,21,31 * *'],
  ['0 0 5/10 * *', '0 0 5/10 * *', '5,15,25 * *'],
  ['0 0 */1 * *', '0 0 */1 * *', '* * *'],
  ['0 0 *,5 * 1', '0 0 *,5 * 1', '* * 1'],
  ['0 0 29 2 *', '0 0 29 2 *', '29 2 *'],
  ['0 0 30 2 1', '0 0 30 2 1', '30 2 1'],
  ['@Daily', '@daily', '* * *'],
  ['@annually', '@annually', '1 1 *'],
])('%s is stored as %s and means the days %s', (typed, text, days) => {
  expect(parseCron(typed)).toMatchObject({ text, days })
})

test('the names mean what they say', () => {
  const meant = ['@hourly', '@midnight', '@weekly', '@monthly', '@yearly'].map((name) => {
    const { minutes, hours, days } = parseCron(name)
    return [minutes.join(','), hours.length, days]
  })
  expect(meant).toEqual([
    ['0', 24, '* * *'],
    ['0', 1, '* * *'],
    ['0', 1, '* * 0'],
    ['0', 1, '1 * *'],
    ['0', 1, '1 1 *'],
  ])
})

test.each([
  ['', 'it is empty: write five fields'],
  ['0 6 * *', 'it has 4 fields: write five fields'],
  ['0 0 6 * * *', 'it has six fields, and there are no seconds'],
  ['0 24 * * *', '"24" is no hour: write a number from 0 to 23'],
  ['60 0 * * *', '"60" is no minute: write a number from 0 to 59'],
  ['0 0 0 * *', '"0" is no day of month: write a number from 1 to 31'],
  ['0 0 * 13 *', '"13" is no month: write a number from 1 to 12'],
  ['0 0 * * 8', '"8" is no day of week'],
  ['0 0 L * *', '"L" is no day of month: L, W, # and + are not the same everywhere'],
  ['0 0 15W * *', '"15W" is no day of month: L, W, # and + are not'],
  ['0 0 * * 5#3', '"5#3" is no day of week: L, W, # and + are not'],
  ['0 0 +1 * *', '"+1" is no day of month: L, W, # and + are not'],
  ['0 0 * JULY *', '"JULY" is no month: write *, numbers from 1 to 12 or JAN to DEC, ranges'],
  ['0 0 * * FRI-SUN', '"FRI-SUN" is no day of week: a range begins with its smaller value: write a list, such as 6,0'],
  ['*/0 * * * *', '"*/0" is no minute: a step is from 1 to 60'],
  ['*/90 * * * *', '"*/90" is no minute: a step is from 1 to 60'],
  ['1,,2 * * * *', '"" is no minute'],
  ['*-5 * * * *', '"*-5" is no minute'],
  ['1-2-3 * * * *', '"1-2-3" is no minute'],
  ['0 0 30 2 *', 'no month that it names has a day 30: correct the day of month or the month'],
  ['0 0 31 4,6,9,11 *', 'no month that it names has a day 31'],
  ['@every 5m', '@every is not taken: write five fields'],
  ['@reboot', 'there is no such name: known are @annually, @daily'],
  ['@dayly', 'there is no such name: did you mean "@daily"?'],
  ['TZ=UTC 0 0 * * *', 'give the time zone apart'],
  ['CRON_TZ=UTC 0 0 * * *', 'give the time zone apart'],
])('"%s" is refused: %s', (typed, why) => {
  let message = ''
  try {
    parseCron(typed)
  } catch (error) {
    if (!isProblem(error)) throw error
    expect(error.code).toBe('invalid_cron')
    message = error.message
  }
  expect(message).toContain(`the cron expression "${typed}" is not valid, `)
  expect(message).toContain(why)
})

test('whatever is typed is refused in words, or stored so that it means the same again', () => {
  const piece = fc.constantFrom(...'* ? , - / 0 1 7 30 59 FRI mon L # @ @daily ~ \t \u00a0 x'.split(' '), ' ')
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.array(piece, { maxLength: 20 }).map((it) => it.join('')),
  )
  const spaced = fc.array(fc.array(piece, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 5 })
  const fields = spaced.map((it) => it.map((parts) => parts.join('')).join(' '))
  fc.assert(
    fc.property(fc.oneof(text, fields), (typed) => {
      try {
        const cron = parseCron(typed)
        expect(parseCron(cron.text)).toEqual(cron)
      } catch (error) {
        expect(error).toMatchObject({ name: 'Problem', code: 'invalid_cron' })
      }
    }),
    { numRuns: 3000 },
  )
})
