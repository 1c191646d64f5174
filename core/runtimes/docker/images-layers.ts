import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { EngineImage } from '#core/runtimes/images.ts'

const history = z.array(z.object({ CreatedBy: z.string(), Size: z.number() }))

/** What makes a layer, also where nothing of it has bytes; builders write it in several ways. */
const MAKES_LAYER = /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:RUN|COPY|ADD|WORKDIR)\b|^(?:\|\d+ .*)?\/bin\/sh -c (?!#\(nop\))/

/** See `ImageEngine.layerSizes`. The engine lists the lines of a Dockerfile, of which only some are layers. */
export async function readLayerSizes(
  client: Dockerode,
  { id, layers }: Pick<EngineImage, 'id' | 'layers'>,
): Promise<number[] | undefined> {
  return layerSizesOf(history.parse(await client.getImage(id).history()), layers.length)
}

/** Of the lines of a history, the latest first. */
export function layerSizesOf(lines: z.infer<typeof history>, count: number): number[] | undefined {
  const sized = lines.filter(({ Size }) => Size > 0)
  const made = lines.filter(({ Size, CreatedBy }) => Size > 0 || MAKES_LAYER.test(CreatedBy))
  const found = [sized, made].find((it) => it.length === count)
  return found?.map(({ Size }) => Size).toReversed()
}
