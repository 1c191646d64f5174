import { Button, Group } from '@mantine/core'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { VirtualLines, type LinesHandle } from '../virtual/virtual-lines.tsx'
import { firstOpen, jsonRows, type JsonRow } from './json-rows.ts'
import { JsonSearch } from './json-search.tsx'
import type { Tree } from './read-json.ts'
import classes from './look.module.css'

const INDENT = 18
/** So high that what opens a line can be touched. */
const LINE = 24
const VALUE_LIMIT = 2_000

/** A JSON value as lines that open and close. */
export function JsonView({ value }: { readonly value: Tree }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => firstOpen(value))
  const [current, setCurrent] = useState<string>()
  const lines = useRef<LinesHandle>(null)
  const rows = useMemo(() => jsonRows(value, (pointer) => open.has(pointer)), [value, open])
  const toggle = (pointer: string) => {
    const next = new Set(open)
    if (!next.delete(pointer)) next.add(pointer)
    setOpen(next)
  }
  const onHit = (pointer: string | undefined, toOpen: ReadonlySet<string>) => {
    setCurrent(pointer)
    if (pointer === undefined) return
    const opened = new Set([...open, ...toOpen])
    setOpen(opened)
    const index = jsonRows(value, (it) => opened.has(it)).findIndex((row) => row.pointer === pointer)
    // When its lines are there.
    setTimeout(() => lines.current?.scrollToLine(index))
  }
  return (
    <>
      <Group gap="sm">
        <JsonSearch value={value} current={current} onHit={onHit} />
        <Button size="xs" variant="default" onClick={() => setOpen(openAll(value))}>
          Open all
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen(new Set(['']))}>
          Close all
        </Button>
      </Group>
      <VirtualLines
        label="JSON"
        lineHeight={LINE}
        handle={lines}
        count={rows.length}
        renderLine={(index) => {
          const row = rows[index]
          if (row === undefined) return null
          const { pointer } = row
          return <Row row={row} isOpen={open.has(pointer)} isCurrent={pointer === current} onToggle={toggle} />
        }}
      />
    </>
  )
}

function openAll(value: Tree): Set<string> {
  return new Set(jsonRows(value, () => true).flatMap((row) => (row.size === null ? [] : [row.pointer])))
}

type RowProps = {
  readonly row: JsonRow
  readonly isOpen: boolean
  readonly isCurrent: boolean
  readonly onToggle: (pointer: string) => void
}

function Row({ row, isOpen, isCurrent, onToggle }: RowProps) {
  const { key, depth, kind, size, text, pointer } = row
  const name = key === null ? '' : `${key}: `
  const style = { paddingLeft: 8 + depth * INDENT }
  if (size === null) {
    return (
      <span className={classes.jsonRow} data-current={isCurrent || undefined} style={style}>
        <span className={classes.jsonIndent} />
        <span className={classes.jsonName}>{name}</span>
        <span data-kind={kind}>{text.slice(0, VALUE_LIMIT)}</span>
        {text.length > VALUE_LIMIT && ` … (cut: ${text.length.toLocaleString()} characters)`}
      </span>
    )
  }
  const words = kind === 'list' ? `[ ${size} ]` : `{ ${size} }`
  const Icon = isOpen ? ChevronDown : ChevronRight
  return (
    <span className={classes.jsonRow} data-current={isCurrent || undefined} style={style}>
      <button type="button" className={classes.jsonButton} aria-expanded={isOpen} onClick={() => onToggle(pointer)}>
        <Icon size={14} aria-hidden />
        <span className={classes.jsonName}>{name}</span>
        {words}
      </button>
    </span>
  )
}
