import { Text } from '@mantine/core'
import { TextLink } from '#renderer/ui/link.tsx'
import { imageAt, type ImageSeries } from './logged-images.ts'
import { RunImage } from './run-image.tsx'
import classes from './images.module.css'

const FROM = '/experiments/$experiment/runs/$run'

type CellProps = {
  readonly run: string
  readonly series: ImageSeries
  readonly step: number
  /** Whether the image itself is shown, not its preview. */
  readonly isFull: boolean
}

/** The image of one key at a step. */
export function SeriesCell({ run, series, step, isFull }: CellProps) {
  const image = imageAt(series, step)
  const file = image === undefined || isFull ? image : (image.preview ?? image)
  return (
    <figure className={classes.cell}>
      <figcaption className={classes.caption}>
        <TextLink inherit fw={600} from={FROM} search={(old) => ({ ...old, key: series.key })} resetScroll={false}>
          {series.key}
        </TextLink>
        {image !== undefined && (
          <TextLink
            inherit
            from={FROM}
            search={{ tab: 'files', path: image.path }}
            resetScroll={false}
            aria-label={`File of ${series.key} at step ${image.step}`}
          >
            step {image.step.toLocaleString()}
          </TextLink>
        )}
      </figcaption>
      {file === undefined ? (
        <Text size="sm">Nothing was logged until this step.</Text>
      ) : (
        <RunImage run={run} {...file} alt={`${series.key} at step ${image?.step ?? step}`} />
      )}
    </figure>
  )
}
