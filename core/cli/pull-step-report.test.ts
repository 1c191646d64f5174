import { expect, test } from 'vitest'
import { afterShellText } from './pull-step-report.ts'

test('what was changed in a shell is listed with the command that takes it over', () => {
  const changes = [
    { path: 'train.py', change: 'changed' as const },
    { path: 'data/new.csv', change: 'added' as const },
  ]
  expect(afterShellText(changes, { run: '01kc', step: 'train', item: 2, into: '/tmp/a b' })).toBe(
    `2 files of the code changed:
  changed  train.py
  added    data/new.csv
to take them over: minisub pull-step 01kc 'train[2]' --into '/tmp/a b' --apply
`,
  )
  expect(afterShellText([], { run: '01kc', step: 'train', item: undefined, into: undefined })).toBe(
    'the code is as it was in the run\n',
  )
})
