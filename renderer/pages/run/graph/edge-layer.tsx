import { ViewportPortal } from '@xyflow/react'
import { memo, useMemo, useSyncExternalStore } from 'react'
import { edgePaths, type EdgePath } from '#renderer/ui/graph/edge-paths.ts'
import { useGraph } from './graph-context.ts'
import type { Layout } from '#renderer/ui/graph/layout.ts'
import classes from './graph.module.css'

/** All edges, below the nodes. They do not change with the run, so they are a few still paths and no elements each. */
export const EdgeLayer = memo(function EdgeLayer({ layout }: { readonly layout: Layout }) {
  const paths = useMemo(() => edgePaths(layout.flow, layout.edges), [layout])
  return (
    <ViewportPortal>
      <svg className={classes.edges} aria-hidden width={1} height={1}>
        <Paths paths={paths} />
        <SelectedEdges layout={layout} />
      </svg>
    </ViewportPortal>
  )
})

/** The edges of the step that is open, over the others. */
function SelectedEdges({ layout }: { readonly layout: Layout }) {
  const { selected } = useGraph()
  const step = useSyncExternalStore(selected.subscribe, selected.read)
  const paths = useMemo(() => {
    const edges = step === undefined ? [] : layout.edges.filter(({ from, to }) => from === step || to === step)
    return edgePaths(layout.flow, edges)
  }, [layout, step])
  return (
    <g className={classes.selectedEdges}>
      <Paths paths={paths} />
    </g>
  )
}

function Paths({ paths }: { readonly paths: readonly EdgePath[] }) {
  return paths.map(({ lines, arrows }) => (
    <g key={lines}>
      <path className={classes.line} d={lines} />
      <path className={classes.arrow} d={arrows} />
    </g>
  ))
}
