import { describe, expect, test } from 'vitest'
import { layerSizesOf } from './images-layers.ts'

const line = (CreatedBy: string, Size = 0) => ({ CreatedBy, Size })

describe('bytes of the layers of an image', () => {
  test.each<[string, ReturnType<typeof line>[], number, number[] | undefined]>([
    [
      'are those of its lines, the lowest first',
      [line('CMD ["python3"]'), line('RUN apt-get update # buildkit', 5), line('ENV A=1'), line('ADD rootfs /', 9)],
      2,
      [9, 5],
    ],
    [
      'are known where a line that makes one has no bytes',
      [line('ENV A=1'), line('WORKDIR /app'), line('COPY a b # buildkit', 5), line('LABEL a=b'), line('', 9)],
      3,
      [9, 5, 0],
    ],
    [
      'are known of the builder of old, which runs a shell for each line',
      [
        line('/bin/sh -c #(nop)  CMD ["sh"]'),
        line('|1 A=1 /bin/sh -c true'),
        line('/bin/sh -c #(nop) WORKDIR /app'),
        line('/bin/sh -c #(nop) COPY dir:1 in /app', 7),
        line('/bin/sh -c #(nop) ADD file:1 in / ', 9),
      ],
      4,
      [9, 7, 0, 0],
    ],
    ['are not told where lines and layers do not go together', [line('made elsewhere'), line('', 9)], 3, undefined],
    ['are none of an image without layers', [line('LABEL a=b')], 0, []],
  ])('%s', (_, lines, count, sizes) => expect(layerSizesOf(lines, count)).toEqual(sizes))
})
