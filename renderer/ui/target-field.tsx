import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { ProblemAlert } from './problem-alert.tsx'
import { Waiting } from './waiting.tsx'
import classes from './target-field.module.css'

/** Something that can be chosen, or could be but for the reason. */
type Place = {
  readonly name: string
  readonly status: 'ready' | 'unavailable'
  readonly description: string
  /** Cause and fix; null where it is ready. */
  readonly reason: string | null
}

type TargetFieldProps = {
  readonly name: string
  readonly label: string
  /** Undefined until they are known. */
  readonly targets: readonly Place[] | undefined
  readonly error: Error | null
  readonly target: string
  readonly onChoose: (name: string) => void
  readonly onLookAgain: () => void
  /** What comes of the choice of one that is unavailable. */
  readonly consequence: string
}

/** Places of which one is chosen. One that is unavailable says why, and that nothing will come of choosing it. */
export function TargetField({ targets, error, target, onChoose, ...props }: TargetFieldProps) {
  const chosen = targets?.find((it) => it.name === target)
  return (
    <Stack gap="xs">
      <Radio.Group name={props.name} label={props.label} value={target} onChange={onChoose}>
        <Stack gap="xs" mt={6}>
          {(targets ?? [{ name: target, status: 'ready', description: '', reason: null } as const]).map((place) => (
            <Radio
              key={place.name}
              value={place.name}
              label={place.status === 'ready' ? place.name : `${place.name} (unavailable)`}
              description={<About place={place} />}
            />
          ))}
        </Stack>
      </Radio.Group>
      {targets === undefined && error === null && <Waiting what="the other targets" />}
      {error !== null && (
        <ProblemAlert title="Other targets are not known" message={error.message} onRetry={props.onLookAgain} />
      )}
      {chosen?.status === 'unavailable' && (
        <Alert
          color="orange"
          role="alert"
          icon={<TriangleAlert size={18} aria-hidden />}
          title={`${chosen.name} is unavailable`}
        >
          <Stack gap="xs">
            <Text size="sm">{props.consequence}</Text>
            <Group>
              <Button size="xs" variant="default" onClick={props.onLookAgain}>
                Look again
              </Button>
            </Group>
          </Stack>
        </Alert>
      )}
    </Stack>
  )
}

function About({ place: { description, reason } }: { readonly place: Place }) {
  return (
    <>
      {description}
      {reason !== null && (
        <span className={classes.reason}>
          <TriangleAlert size={14} aria-hidden className={classes.icon} /> {reason}
        </span>
      )}
    </>
  )
}
