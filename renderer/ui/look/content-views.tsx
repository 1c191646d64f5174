import { Text } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'
import { VirtualLines } from '../virtual/virtual-lines.tsx'
import { VirtualTable } from '../virtual/virtual-table.tsx'
import { hexLines } from './hex.ts'
import type { ReadTable } from './read-table.ts'
import classes from './look.module.css'

/** Characters of a line that are shown. */
const LINE_LIMIT = 4_000

/** A text, line by line. */
export function TextView({ text }: { readonly text: string }) {
  const lines = useMemo(() => text.split('\n'), [text])
  if (text === '') return <Text size="sm">The file is empty.</Text>
  return <VirtualLines label="Text" count={lines.length} renderLine={(index) => shortLine(lines[index] ?? '')} />
}

function shortLine(line: string): string {
  if (line.length <= LINE_LIMIT) return line
  return `${line.slice(0, LINE_LIMIT)} … (cut: the line has ${line.length.toLocaleString()} characters)`
}

/** Bytes of what is neither text nor an image. */
export function HexView({ bytes }: { readonly bytes: Uint8Array }) {
  const lines = useMemo(() => hexLines(bytes), [bytes])
  return <VirtualLines label="Bytes" count={lines.length} renderLine={(index) => lines[index]} />
}

type TableProps = { readonly table: ReadTable; readonly name: string }

/** Rows and columns. Columns of numbers alone stand at the right. */
export function TableView({ table: { header, rows }, name }: TableProps) {
  const columns = useMemo(() => {
    const sample = rows.slice(0, 200)
    return [
      { key: '#', title: '#', width: 70, isNumber: true },
      ...header.map((title, index) => ({
        key: `${index}`,
        title: title === '' ? `(${index + 1})` : title,
        width: 140,
        isNumber: sample.length > 0 && sample.every((row) => isNumeric(row[index] ?? '')),
      })),
    ]
  }, [header, rows])
  if (header.length === 0) return <Text size="sm">The file is empty.</Text>
  return (
    <>
      <Text size="xs">
        {rows.length.toLocaleString()} rows, {header.length} columns
      </Text>
      <VirtualTable
        label={name}
        columns={columns}
        count={rows.length}
        rowHeight={28}
        className={classes.table}
        renderRow={(index) => (
          <>
            <td data-number>{index + 1}</td>
            {header.map((_, at) => {
              const cell = rows[index]?.[at] ?? ''
              return (
                // oxlint-disable-next-line react/no-array-index-key -- a cell is its column
                <td
                  key={at}
                  data-number={columns[at + 1]?.isNumber}
                  title={cell.length > 16 ? cell.slice(0, 1_000) : undefined}
                >
                  {cell.slice(0, 200)}
                </td>
              )
            })}
          </>
        )}
      />
    </>
  )
}

function isNumeric(text: string): boolean {
  return text === '' || !Number.isNaN(Number(text))
}

type ImageProps = { readonly blob: Blob; readonly name: string }

/** An image. What a file holds is never run: not even an SVG's scripts are, inside of an image. */
export function ImageView({ blob, name }: ImageProps) {
  const [isBroken, setBroken] = useState(false)
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [blob],
  )
  if (isBroken)
    return <Text size="sm">The browser cannot show this image: it may be damaged. Save it to look closer.</Text>
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={classes.image} role="region" aria-label="Image" tabIndex={0}>
      <img ref={show} alt={`The content of ${name}`} onError={() => setBroken(true)} />
    </div>
  )
}
