import { expect, test } from 'vitest'
import { ScheduleDraft } from '#core/contract/schedules.ts'
import { emptyDraft, parameterHints, requestOf } from './draft.ts'

const VIEW = { name: 'wine', description: null, file: '/wine.yaml', digest: 'a', steps: [], warnings: [] }

test('what was left empty is not sent, so that the pipeline decides', () => {
  const draft = { ...emptyDraft('/wine.yaml'), texts: { depth: '4', seed: '' } }
  const request = requestOf(draft)
  expect(request).not.toHaveProperty('name')
  expect(request).toMatchObject({ file: '/wine.yaml', parameterTexts: { depth: '4' }, startingDeadlineSeconds: 600 })
  expect(ScheduleDraft.parse(request)).toMatchObject({ overlap: 'forbid' })
})

test('a name and a delay are sent as they are', () => {
  const draft = { ...emptyDraft(' /wine.yaml '), name: ' nightly ', lateMinutes: '0.5' }
  expect(requestOf(draft)).toMatchObject({ file: '/wine.yaml', name: 'nightly', startingDeadlineSeconds: 30 })
})

test('parameters without a default come first, each with what is known of it', () => {
  const parameters = {
    depth: { type: 'integer', default: 4, description: 'How deep' },
    kind: { type: 'string', enum: ['red', 'white'] },
    note: { type: 'string', default: '' },
  }
  expect(parameterHints({ ...VIEW, parameters })).toEqual([
    { name: 'kind', isRequired: true, hint: 'string · one of red, white' },
    { name: 'depth', isRequired: false, hint: 'How deep · integer · left empty: 4' },
    { name: 'note', isRequired: false, hint: 'string · left empty: ""' },
  ])
})
