import { Badge, type MantineColor } from '@mantine/core'
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleSlash,
  CircleX,
  DatabaseZap,
  Ghost,
  Info,
  type LucideIcon,
} from 'lucide-react'

type Look = { readonly color: MantineColor; readonly icon: LucideIcon }

/** Shape and word tell a status as well as its colour does. */
const LOOKS: Readonly<Record<string, Look>> = {
  pending: { color: 'gray', icon: CircleDashed },
  running: { color: 'blue', icon: CircleDot },
  succeeded: { color: 'green', icon: CircleCheck },
  failed: { color: 'red', icon: CircleX },
  skipped: { color: 'gray', icon: CircleSlash },
  cached: { color: 'teal', icon: DatabaseZap },
  cancelled: { color: 'orange', icon: Ban },
  lost: { color: 'grape', icon: Ghost },
  started: { color: 'green', icon: CircleCheck },
  missed: { color: 'orange', icon: CircleAlert },
  paused: { color: 'gray', icon: CirclePause },
  on: { color: 'green', icon: CircleCheck },
  ready: { color: 'green', icon: CircleCheck },
  unavailable: { color: 'orange', icon: CircleAlert },
  passed: { color: 'green', icon: CircleCheck },
  warning: { color: 'orange', icon: CircleAlert },
  waiting: { color: 'gray', icon: CircleDashed },
  partial: { color: 'orange', icon: CircleAlert },
  creating: { color: 'blue', icon: CircleDot },
  deleting: { color: 'orange', icon: CircleDot },
  stopped: { color: 'gray', icon: CirclePause },
  unreachable: { color: 'orange', icon: CircleAlert },
  ok: { color: 'green', icon: CircleCheck },
  info: { color: 'blue', icon: Info },
  error: { color: 'red', icon: CircleX },
}
const OTHER: Look = { color: 'gray', icon: CircleDashed }

/** Colour and icon of a status; one that is not known is grey. */
export function lookOf(status: string): Look {
  return LOOKS[status] ?? OTHER
}

type StatusProps = { readonly status: string; readonly label?: string }

/** A status as a badge. */
export function Status({ status, label = status }: StatusProps) {
  const { color, icon: Icon } = lookOf(status)
  return (
    <Badge
      color={color}
      variant="light"
      leftSection={<Icon size={14} aria-hidden />}
      tt="none"
      miw="max-content"
      className="status"
    >
      {label}
    </Badge>
  )
}
