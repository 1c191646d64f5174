import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readContainers, readImages, readRunning } from './ctr-output.ts'

const [A, B] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
const TYPE = 'application/vnd.docker.distribution.manifest.v2+json'

test('names of one manifest are one image, whose id is that of its configuration', () => {
  const table = [
    'REF TYPE DIGEST SIZE PLATFORMS LABELS',
    `docker.io/library/busybox:1.35 ${TYPE}       ${A} 2.0 MiB   linux/amd64 io.cri-containerd.image=managed`,
    `registry.k8s.io/pause:3.10     ${TYPE}       ${B} 298.7 KiB linux/amd64 -`,
    `${B.replaceAll('b', 'c')} ${TYPE} ${A} 2.0 MiB linux/amd64 -`,
    `docker.io/library/busybox@${A} ${TYPE} ${A} -         - -`,
  ].join('\n')
  expect(readImages(`${table}\n`).map(({ id, tags, names }) => [id, tags, names.length])).toEqual([
    [B.replaceAll('b', 'c'), ['docker.io/library/busybox:1.35'], 3],
    [B, ['registry.k8s.io/pause:3.10'], 1],
  ])
  expect(readImages(table)[1]?.sizeBytes).toBe(305_869)
})

test('containers and what of them runs are read', () => {
  const containers =
    'CONTAINER    IMAGE                         RUNTIME\na1    docker.io/x:1    io.containerd.runc.v2\nb2    -    r\n'
  expect(readContainers(containers)).toEqual([
    { id: 'a1', image: 'docker.io/x:1' },
    { id: 'b2', image: '-' },
  ])
  expect(readRunning('TASK    PID    STATUS\na1    10    RUNNING\nb2    11    STOPPED\n')).toEqual(new Set(['a1']))
})

test('any output is read', () => {
  const line = fc.stringMatching(/^[a-z:/. -]{0,30}(?:sha256:[0-9a-f]{64})? [0-9.]{0,5} [KMGi]{0,2}B?.{0,9}$/)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), line)), (lines) => {
      const table = lines.join('\n')
      readContainers(table)
      readRunning(table)
      return readImages(table).every(({ sizeBytes, names }) => sizeBytes >= 0 && names.length > 0)
    }),
  )
})
