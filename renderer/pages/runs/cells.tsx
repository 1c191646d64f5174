import { useRouter } from '@tanstack/react-router'
import { createContext, useContext, type MouseEvent } from 'react'
import { lookOf } from '#renderer/ui/status.tsx'
import { absoluteText, relativeText, useNow } from '#renderer/ui/time.tsx'
import classes from './runs.module.css'

// While the list is scrolled, dozens of rows are made for each frame: so these are plain elements, with the looks of
// the components of `renderer/ui`.

/** A status with its icon and colour. */
export function StatusCell({ status }: { readonly status: string }) {
  const { color, icon: Icon } = lookOf(status)
  const look = { background: `var(--mantine-color-${color}-light)`, color: `var(--mantine-color-${color}-light-color)` }
  return (
    <span className={classes.badge} style={look}>
      <Icon size={14} aria-hidden /> {status}
    </span>
  )
}

/** A time relative to now, with the exact time as its title. */
export function TimeCell({ iso }: { readonly iso: string }) {
  const now = useNow(30_000)
  const time = Date.parse(iso)
  return (
    <time dateTime={iso} title={absoluteText(time)}>
      {relativeText(time, now)}
    </time>
  )
}

/** Whether Tab reaches the link of the row; of a list it is one row's, and the arrow keys go on from there. */
export const TabStopContext = createContext(true)

/** The way to a run: its id, shortened. */
export function RunCell({ run }: { readonly run: string }) {
  const isTabStop = useContext(TabStopContext)
  const router = useRouter()
  const to = { to: '/runs/$run', params: { run } } as const
  const prepare = () => void router.preloadRoute(to)
  const open = (event: MouseEvent) => {
    // Another tab or window is the browser's affair.
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void router.navigate(to)
  }
  return (
    <a
      className={classes.link}
      href={`/runs/${run}`}
      title={run}
      data-run={run}
      tabIndex={isTabStop ? 0 : -1}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={open}
    >
      {shortId(run)}
    </a>
  )
}

/** The first ten digits are the time in ms, the next four tell apart what began in the same one. */
function shortId(run: string): string {
  return run.slice(0, 14)
}
