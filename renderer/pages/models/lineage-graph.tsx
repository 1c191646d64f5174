import '@xyflow/react/dist/style.css'
import { useComputedColorScheme } from '@mantine/core'
import { Controls, ReactFlow, ViewportPortal, type Node, type NodeProps } from '@xyflow/react'
import {
  Bookmark,
  Box,
  Boxes,
  Code,
  Database,
  History,
  Layers,
  ListChecks,
  Workflow,
  type LucideIcon,
} from 'lucide-react'
import { memo, useMemo } from 'react'
import type { LineageView, VersionView } from '#core/contract/models.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { edgePaths } from '#renderer/ui/graph/edge-paths.ts'
import { NODE } from '#renderer/ui/graph/layers.ts'
import type { Layout } from '#renderer/ui/graph/layout.ts'
import { useLayout } from '#renderer/ui/graph/use-layout.ts'
import { PageLink } from '#renderer/ui/page-link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import classes from './models.module.css'

type LineageNode = LineageView['nodes'][number]

const ICONS: Readonly<Record<LineageNode['kind'], LucideIcon>> = {
  data: Database,
  code: Code,
  environment: Box,
  pipeline: Workflow,
  run: History,
  step: ListChecks,
  model: Boxes,
  version: Layers,
  alias: Bookmark,
}
const NODE_TYPES = { lineage: memo(LineageBox) }
const FIT = { padding: 0.1, maxZoom: 1 }
const WORDS = {
  'controls.ariaLabel': 'Zoom',
  'controls.zoomIn.ariaLabel': 'Zoom in',
  'controls.zoomOut.ariaLabel': 'Zoom out',
  'controls.fitView.ariaLabel': 'Show all',
}
/** A graph to look at: nothing in it can be changed, and its links are the browser's. */
const BEHAVIOUR = {
  nodeTypes: NODE_TYPES,
  ariaLabelConfig: WORDS,
  fitView: true,
  fitViewOptions: FIT,
  minZoom: 0.05,
  maxZoom: 2,
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  elementsSelectable: false,
  disableKeyboardA11y: true,
  zoomOnDoubleClick: false,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: null,
  panActivationKeyCode: null,
  zoomActivationKeyCode: null,
  proOptions: { hideAttribution: true },
}

/** The lineage as a graph; the version that is open stands out. */
export function LineageGraph({ version }: { readonly version: VersionView }) {
  const { lineage, model } = version
  const steps = useMemo(
    () =>
      lineage.nodes.map(({ id }) => ({
        name: id,
        needs: lineage.edges.flatMap(({ from, to }) => (to === id ? [from] : [])),
      })),
    [lineage],
  )
  const { layout, error, retry } = useLayout(`lineage ${JSON.stringify(steps)}`, steps)
  if (error !== undefined) {
    const { message } = problemOf(error)
    return <ProblemAlert title="The graph cannot be drawn; the table has the same" message={message} onRetry={retry} />
  }
  if (layout === undefined) return <Waiting what="the lineage" />
  return (
    <Canvas
      lineage={lineage}
      layout={layout}
      here={`/models/${encodeURIComponent(model)}/versions/${version.version}`}
    />
  )
}

type CanvasProps = {
  readonly lineage: LineageView
  readonly layout: Layout
  /** Address of the page that this is. */
  readonly here: string
}

function Canvas({ lineage, layout, here }: CanvasProps) {
  const scheme = useComputedColorScheme('light')
  const nodes = useMemo(
    () =>
      lineage.nodes.map((node): Node => ({
        id: node.id,
        type: 'lineage',
        position: layout.places.get(node.id) ?? { x: 0, y: 0 },
        ...NODE,
        data: { ...node, isHere: node.kind === 'version' && node.page === here },
        // The link inside says what it is.
        domAttributes: { 'aria-roledescription': undefined },
      })),
    [lineage, layout, here],
  )
  const paths = useMemo(() => edgePaths(layout.flow, layout.edges), [layout])
  return (
    <div
      className={classes.canvas}
      role="region"
      aria-label={`Lineage of ${nodes.length} things; the table says the same`}
    >
      <ReactFlow nodes={nodes} colorMode={scheme} {...BEHAVIOUR}>
        <ViewportPortal>
          <svg className={classes.edges} aria-hidden width={1} height={1}>
            {paths.map(({ lines, arrows }) => (
              <g key={lines}>
                <path className={classes.line} d={lines} />
                <path className={classes.arrow} d={arrows} />
              </g>
            ))}
          </svg>
        </ViewportPortal>
        <Controls showInteractive={false} fitViewOptions={FIT} />
      </ReactFlow>
    </div>
  )
}

function LineageBox({ data }: NodeProps<Node<LineageNode & { isHere: boolean }>>) {
  const { kind, label, detail, page, isHere } = data
  const Icon = ICONS[kind]
  const inside = (
    <>
      <span className={classes.head}>
        <Icon size={16} aria-hidden />
        <span className={classes.label}>{label}</span>
      </span>
      <span className={classes.detail}>{detail === null ? kind : `${kind} · ${detail}`}</span>
    </>
  )
  const look = {
    className: classes.node,
    'data-kind': kind,
    'data-here': isHere || undefined,
    title: detail === null ? label : `${label}\n${detail}`,
  }
  if (page === null) return <div {...look}>{inside}</div>
  return (
    <PageLink page={page} aria-label={`${kind} ${label}${detail === null ? '' : `, ${detail}`}`} {...look}>
      {inside}
    </PageLink>
  )
}
