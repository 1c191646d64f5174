import '@xyflow/react/dist/style.css'
import { useComputedColorScheme } from '@mantine/core'
import { Controls, MiniMap, ReactFlow, useStore, type Node, type ReactFlowInstance } from '@xyflow/react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useRun } from '../run-context.ts'
import { NOTHING_OPEN, useChangeSearch, useRunSearch } from '../run-search.ts'
import { EdgeLayer } from './edge-layer.tsx'
import { GraphProvider, type GraphParts } from './graph-context.ts'
import { NODE } from '#renderer/ui/graph/layers.ts'
import type { Layout } from '#renderer/ui/graph/layout.ts'
import { createMark } from './mark.ts'
import { goTo, uncover } from './move-window.ts'
import { isArrowKey, neighbourOf } from '#renderer/ui/graph/neighbour.ts'
import { NodeTip } from './node-tip.tsx'
import { MiniStep, StepNode } from './step-node.tsx'
import classes from './graph.module.css'

const NODE_TYPES = { step: StepNode }
const NO_EDGES: never[] = []
type Zoom = 'far' | 'middle' | 'near'
const FIT = { padding: 0.08, maxZoom: 1 }
const WORDS = {
  'controls.ariaLabel': 'Zoom',
  'controls.zoomIn.ariaLabel': 'Zoom in',
  'controls.zoomOut.ariaLabel': 'Zoom out',
  'controls.fitView.ariaLabel': 'Show all steps',
  'minimap.ariaLabel': 'Map of all steps',
}
/** A graph to look at: nothing in it can be changed, and the keyboard is ours. */
const BEHAVIOUR = {
  nodeTypes: NODE_TYPES,
  edges: NO_EDGES,
  ariaLabelConfig: WORDS,
  fitView: true,
  fitViewOptions: FIT,
  minZoom: 0.01,
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
/** From here on there is a map, and only what is in the window is drawn. */
const MANY_STEPS = 30

/** The graph to look at, to move and to go through by keyboard. Its nodes are made once; each follows its own step. */
export function GraphCanvas({ layout }: { readonly layout: Layout }) {
  const { graph } = useRun()
  const parts = useGraphParts()
  const scheme = useComputedColorScheme('light')
  const canvas = useRef<HTMLDivElement>(null)
  const [flow, setFlow] = useState<ReactFlowInstance>()
  const [zoom, setZoom] = useState<Zoom>('near')
  const nodes = useMemo(() => nodesOf(layout), [layout])
  const { step } = useRunSearch()
  useEffect(() => {
    if (step === undefined || flow === undefined) return undefined
    // When the drawer is there.
    const timer = setTimeout(() => {
      if (canvas.current !== null) uncover(step, { canvas: canvas.current, flow, layout })
    }, 50)
    return () => clearTimeout(timer)
  }, [step, flow, layout])
  const onKeyDown = (event: KeyboardEvent) => {
    const here = parts.tabStop.read()
    const isOutside = event.target === canvas.current
    if (here === undefined || !isArrowKey(event.key) || !(isOutside || isStep(event.target))) return
    event.preventDefault()
    const next = isOutside ? here : neighbourOf({ layout, steps: graph.steps }, here, event.key)
    if (next !== undefined && canvas.current !== null && flow !== undefined) {
      goTo(next, { canvas: canvas.current, flow, layout })
    }
  }
  return (
    <GraphProvider value={parts}>
      <div className={classes.canvas} data-zoom={zoom}>
        <ReactFlow
          ref={canvas}
          onKeyDown={onKeyDown}
          // The step that the tabulator key comes to may be outside of the window, and then it is not drawn.
          tabIndex={nodes.length > MANY_STEPS ? 0 : undefined}
          aria-label={`Graph of ${nodes.length} steps: arrow keys go from step to step, Enter opens one`}
          nodes={nodes}
          onInit={setFlow}
          colorMode={scheme}
          {...BEHAVIOUR}
          onlyRenderVisibleElements={nodes.length > MANY_STEPS}
        >
          <EdgeLayer layout={layout} />
          <Controls showInteractive={false} fitViewOptions={FIT} />
          {nodes.length > MANY_STEPS && <MiniMap nodeComponent={MiniStep} pannable className={classes.map} />}
          <ZoomLevel onLevel={setZoom} />
        </ReactFlow>
        <NodeTip canvas={canvas} />
      </div>
    </GraphProvider>
  )
}

/** What the nodes share. The step of the address is marked without drawing the others again. */
function useGraphParts(): GraphParts {
  const { graph, live } = useRun()
  const { step } = useRunSearch()
  const change = useChangeSearch()
  const [marks] = useState(() => ({ selected: createMark(step), tabStop: createMark(step ?? graph.steps[0]?.name) }))
  useEffect(() => marks.selected.set(step), [marks, step])
  return useMemo(
    () => ({
      live,
      steps: new Map(graph.steps.map((it) => [it.name, it])),
      ...marks,
      open: (name: string) => change({ step: name, ...NOTHING_OPEN }),
    }),
    [live, graph, marks, change],
  )
}

function nodesOf(layout: Layout): Node[] {
  return [...layout.places].map(([name, position]) => ({
    id: name,
    type: 'step',
    position,
    ...NODE,
    data: {},
    // By left and top: thousands of transforms and layers of their own would make every move of the window slow.
    style: { transform: 'none', left: position.x, top: position.y, zIndex: 'auto' },
    // The button inside says what it is.
    domAttributes: { 'aria-roledescription': undefined },
  }))
}

function isStep(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.dataset['step'] !== undefined
}

/** Tells the styles how near one looks, so that they leave out what could not be read. */
function ZoomLevel({ onLevel }: { readonly onLevel: (level: Zoom) => void }) {
  const level = useStore(({ transform: [, , zoom] }): Zoom => (zoom < 0.3 ? 'far' : zoom < 0.6 ? 'middle' : 'near'))
  useEffect(() => onLevel(level), [onLevel, level])
  return null
}
