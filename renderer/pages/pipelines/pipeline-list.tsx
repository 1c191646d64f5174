import { Button, Group, Text } from '@mantine/core'
import { Play } from 'lucide-react'
import { memo, useState } from 'react'
import type { PipelineRow } from '#core/contract/folders.ts'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { LastRuns } from './last-runs.tsx'
import classes from './pipelines.module.css'
import { Validity } from './validity.tsx'

/** So many are drawn at once; who has more filters, or asks for them. */
const SHOWN = 60

/** Pipelines as cards, in the order of the core. */
export function PipelineList({ pipelines }: { readonly pipelines: readonly PipelineRow[] }) {
  const [shown, setShown] = useState(SHOWN)
  const hidden = pipelines.length - shown
  return (
    <>
      <ul className={classes.list} aria-label="Pipelines">
        {pipelines.slice(0, shown).map((pipeline) => (
          <PipelineCard key={pipeline.id} pipeline={pipeline} />
        ))}
      </ul>
      {hidden > 0 && (
        <Group justify="center">
          <Button variant="default" onClick={() => setShown(shown + 5 * SHOWN)}>
            Show {Math.min(hidden, 5 * SHOWN)} more
          </Button>
        </Group>
      )}
    </>
  )
}

const PipelineCard = memo(({ pipeline }: { readonly pipeline: PipelineRow }) => {
  const { id, name, description, file, steps, state, lastRuns } = pipeline
  const latest = lastRuns[0]
  const isValid = state === 'valid'
  return (
    <li className={classes.card}>
      <div className={classes.grow}>
        <TextLink to="/pipelines/$pipeline" params={{ pipeline: id }} fw={600}>
          {name}
        </TextLink>
        {description !== null && <Text size="sm">{description}</Text>}
        <Text size="xs" ff="monospace" className={classes.path}>
          {file}
        </Text>
      </div>
      <div className={classes.facts}>
        <Validity {...pipeline} />
        {isValid && <Text size="sm">{steps === 1 ? '1 step' : `${steps} steps`}</Text>}
        <LastRuns pipeline={name} runs={lastRuns} />
        {latest !== undefined && (
          <Text size="sm" component="span">
            <Time key={latest.id} iso={latest.createdAt} />
          </Text>
        )}
      </div>
      <ButtonLink
        to="/pipelines/$pipeline"
        params={{ pipeline: id }}
        size="xs"
        variant={isValid ? 'filled' : 'default'}
        leftSection={isValid && <Play size={14} aria-hidden />}
        aria-label={`${isValid ? 'Run' : 'Look at'} ${name}`}
      >
        {isValid ? 'Run' : 'Look at'}
      </ButtonLink>
    </li>
  )
})
PipelineCard.displayName = 'PipelineCard'
