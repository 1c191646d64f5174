import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { imageAt, imageSeries, stepsOf } from './logged-images.ts'

const ID = '0b7f5f3e-1c7e-4d9a-9c0e-0c4b1d2e3f40'
const OTHER = ID.replace('0b', '1c')
const file = (path: string, size = 10) => ({ path, isFolder: false, size })

describe('images of a run', () => {
  test('are told by the names that log_image writes; the compressed copy is the preview', () => {
    const files = [
      file(`images/a#b%step%2%timestamp%1700000000001%${ID}.png`, 900),
      file(`images/a#b%step%2%timestamp%1700000000001%${ID}%compressed.webp`, 90),
      file(`images/50%off%step%-1%timestamp%5%${OTHER}.png`),
      file('images/photo.png'),
      file('images/x%step%one%timestamp%5%nothing.png'),
      { path: 'images/folder', isFolder: true, size: null },
    ]
    expect(imageSeries(files)).toEqual([
      { key: '50%off', images: [{ step: -1, time: 5, path: files[2]?.path, size: 10 }] },
      {
        key: 'a/b',
        images: [
          {
            step: 2,
            time: 1_700_000_000_001,
            path: files[0]?.path,
            size: 900,
            preview: { path: files[1]?.path, size: 90 },
          },
        ],
      },
    ])
  })
  test('of older clients have plus signs', () => {
    expect(imageSeries([file(`images/a+step+3+timestamp+5+${ID}.png`)])).toMatchObject([
      { key: 'a', images: [{ step: 3 }] },
    ])
  })
  test('at a step are the latest until then', () => {
    const at = (step: number, id: string) => file(`images/k%step%${step}%timestamp%${step}%${id}.png`)
    const [series] = imageSeries([at(10, ID), at(2, OTHER)])
    if (series === undefined) throw new Error('there is no series')
    expect(stepsOf([series])).toEqual([2, 10])
    expect([1, 2, 9, 10, 11].map((step) => imageAt(series, step)?.step)).toEqual([undefined, 2, 2, 10, 10])
  })
  test('have any key', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^/#\n\r\u2028\u2029]+$/), fc.integer(), (key, step) => {
        expect(imageSeries([file(`images/${key}%step%${step}%timestamp%5%${ID}.png`)])).toMatchObject([
          { key, images: [{ step }] },
        ])
      }),
    )
  })
})
