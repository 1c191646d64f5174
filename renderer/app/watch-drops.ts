/** Where a text may be dropped as it always could. */
const TYPED_INTO = 'input, textarea, [contenteditable]'

type DropWatch = {
  /** Whether also what is no file is ours to refuse. */
  readonly takesAll: boolean
  /** Whether something that would be taken is above the page. */
  readonly onOver: (isOver: boolean) => void
  readonly onDrop: (data: DataTransfer) => void
}

/**
 * Takes what is dragged onto the page from elsewhere, so that the browser neither shows it in place of the page nor
 * opens it; what is dragged within the page is left alone. The result ends that.
 */
export function watchDrops({ takesAll, onOver, onDrop }: DropWatch): () => void {
  let isOfThePage = false
  const taken = ({ dataTransfer, target }: DragEvent): DataTransfer | undefined => {
    if (isOfThePage || dataTransfer === null) return undefined
    if (dataTransfer.types.includes('Files')) return dataTransfer
    const isText = target instanceof Element && target.closest(TYPED_INTO) !== null
    return takesAll && !isText ? dataTransfer : undefined
  }
  const over = (event: DragEvent) => {
    const data = taken(event)
    if (data === undefined) return onOver(false)
    event.preventDefault()
    data.dropEffect = 'copy'
    onOver(true)
  }
  const handlers = {
    dragstart: () => void (isOfThePage = true),
    dragend: () => void (isOfThePage = false),
    dragenter: over,
    dragover: over,
    // Nothing is entered when the window is left.
    dragleave: (event: DragEvent) => event.relatedTarget === null && onOver(false),
    drop: (event: DragEvent) => {
      const data = taken(event)
      onOver(false)
      if (data === undefined) return
      event.preventDefault()
      onDrop(data)
    },
  } as const
  const stop = new AbortController()
  for (const kind of ['dragstart', 'dragend', 'dragenter', 'dragover', 'dragleave', 'drop'] as const) {
    document.addEventListener(kind, handlers[kind], { signal: stop.signal })
  }
  return () => stop.abort()
}
