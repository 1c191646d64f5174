import { ActionIcon, Drawer, Group, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { Maximize2, Minimize2 } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { Status } from '#renderer/ui/status.tsx'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { useRun } from '../run-context.ts'
import { NOTHING_OPEN, useChangeSearch, useRunSearch } from '../run-search.ts'
import { phaseOf } from '../step-words.ts'
import { StepPanel } from './step-panel.tsx'
import classes from './drawer.module.css'

/** The step that the address names, beside what lies below. */
export function StepDrawer() {
  const { step } = useRunSearch()
  const change = useChangeSearch()
  const [isWide, setWide] = useLocalStorage({ key: 'minisub-wide-drawer', defaultValue: false })
  const close = () => change({ step: undefined, tab: undefined, ...NOTHING_OPEN })
  const before = useRef(step)
  useEffect(() => {
    const closed = step === undefined ? before.current : undefined
    before.current = step
    // However it was closed, the back button too; when it has let go of the focus.
    if (closed !== undefined) setTimeout(() => focusStep(closed))
  }, [step])
  const words = isWide ? 'Make the drawer narrower' : 'Make the drawer as wide as the window'
  return (
    <Drawer.Root
      opened={step !== undefined}
      onClose={close}
      position="right"
      size={isWide ? '100%' : 'max(48%, min(640px, 100vw))'}
      returnFocus={false}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{ content: classes.content ?? '' }}
      scrollAreaComponent={Column}
    >
      <Drawer.Content>
        <Group className={classes.header ?? ''} justify="space-between" wrap="nowrap" p="md">
          <Drawer.Title>{step !== undefined && <DrawerTitle step={step} />}</Drawer.Title>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              visibleFrom="sm"
              aria-label={words}
              onClick={() => setWide(!isWide)}
            >
              {isWide ? <Minimize2 size={16} aria-hidden /> : <Maximize2 size={16} aria-hidden />}
            </ActionIcon>
            <Drawer.CloseButton aria-label="Close the step" />
          </Group>
        </Group>
        <Drawer.Body className={classes.body}>{step !== undefined && <StepPanel key={step} step={step} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

/** Where the drawer was opened from, or what now stands for it. */
function focusStep(step: string): void {
  const origin =
    document.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`) ?? document.querySelector('h1')
  origin?.focus({ preventScroll: true })
}

/** Its parts scroll, each by itself. */
function Column({ children }: { readonly children: ReactNode }) {
  return <div className={classes.column}>{children}</div>
}

function DrawerTitle({ step }: { readonly step: string }) {
  const { live } = useRun()
  const { item } = useRunSearch()
  const progress = useStepProgress(live, step)
  return (
    <Group gap="sm">
      <Text span fw={600}>
        {item === undefined ? step : `${step}[${item}]`}
      </Text>
      {progress !== undefined && item === undefined && <Status status={progress.status} label={phaseOf(progress)} />}
    </Group>
  )
}
