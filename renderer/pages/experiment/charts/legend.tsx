import { Group } from '@mantine/core'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { colourOf, type Look } from '../colours.ts'
import { RunLink } from '../run-link.tsx'
import classes from './charts.module.css'

type LegendProps = {
  readonly runs: readonly TrackedRunRow[]
  readonly looks: ReadonlyMap<string, Look>
  readonly scheme: 'light' | 'dark'
  /** The run that is pointed at; its curves stand out. */
  readonly onFocus: (run: string | undefined) => void
}

/** Which curve is whose. */
export function Legend({ runs, looks, scheme, onFocus }: LegendProps) {
  return (
    <Group
      component="ul"
      gap={4}
      className={classes.legend}
      aria-label="Runs in the charts"
      onMouseLeave={() => onFocus(undefined)}
    >
      {runs.map((run) => {
        const look = looks.get(run.id)
        return (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the link in it does the same by keyboard
          <li
            key={run.id}
            className={classes.legendItem}
            onMouseEnter={() => onFocus(run.id)}
            onFocus={() => onFocus(run.id)}
            onBlur={() => onFocus(undefined)}
          >
            {look && <Swatch look={look} scheme={scheme} />}
            <RunLink run={run} className={classes.legendLink} />
          </li>
        )
      })}
    </Group>
  )
}

/** A piece of a curve as it is drawn. */
function Swatch({ look, scheme }: { readonly look: Look; readonly scheme: 'light' | 'dark' }) {
  return (
    <svg width={22} height={8} aria-hidden className={classes.swatch}>
      <line
        x1={0}
        x2={22}
        y1={4}
        y2={4}
        stroke={colourOf(look, scheme)}
        strokeWidth={3}
        strokeDasharray={look.dash.join(' ')}
      />
    </svg>
  )
}
