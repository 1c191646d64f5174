import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Look } from '../colours.ts'
import type { XAxis } from '../search.ts'
import { numberText } from '../values.ts'
import classes from './charts.module.css'
import type { Curve } from './curves.ts'
import { plotData } from './plot-data.ts'
import { PlotTip, tipOf, type Tip } from './plot-tip.tsx'
import { plotOptions } from './plot-options.ts'

export type PlotProps = {
  /** What is seen, in words. */
  readonly label: string
  readonly curves: readonly Curve[]
  readonly looks: ReadonlyMap<string, Look>
  readonly scheme: 'light' | 'dark'
  readonly nameOf: (run: string) => string
  readonly x: XAxis
  readonly zoom: [number, number] | undefined
  readonly isLog: boolean
  readonly hasBand: boolean
  readonly isSmoothed: boolean
  readonly focused: string | undefined
  readonly height: number
  readonly onZoom: (range: [number, number] | undefined) => void
}

/** Curves over a common axis: drag to zoom, double click for the whole, the values under the cursor beside it. */
export function Plot(props: PlotProps) {
  const { curves, scheme, x, isLog, height, looks } = props
  const isFolded = curves.some((curve) => curve.isFolded)
  const hasBands = (props.hasBand && isFolded) || props.isSmoothed
  const runs = curves.map(({ run }) => run).join(' ')
  const [tip, setTip] = useState<Tip>()
  const data = useMemo(() => plotData(curves, hasBands), [curves, hasBands])
  // A canvas is drawn in the colours, and with the curves, that it was made for.
  const key = JSON.stringify([scheme, x, isLog, height, hasBands, runs, [...looks.values()]])
  return (
    <div className={classes.plot} role="img" aria-label={`${props.label}. ${wordsOf(props)}`}>
      <Canvas key={key} {...props} data={data} hasBands={hasBands} onTip={setTip} />
      {tip !== undefined && <PlotTip {...props} data={data} tip={tip} stride={hasBands ? 3 : 1} />}
    </div>
  )
}

/** The last values, of as many runs as one listens to. */
function wordsOf({ curves, nameOf }: PlotProps): string {
  const some = curves.slice(0, 10).map(({ run, value }) => {
    const last = value.findLast((it) => it !== null)
    return `${nameOf(run)}: ${last === undefined || last === null ? 'none' : numberText(last)}`
  })
  return `Last values: ${some.join(', ')}${curves.length > 10 ? ' and others' : ''}`
}

type CanvasProps = PlotProps & {
  readonly data: uPlot.AlignedData
  readonly hasBands: boolean
  readonly onTip: (tip: Tip | undefined) => void
}

function Canvas(props: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(props)
  const { data, zoom, focused, hasBands, curves } = props
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const { scheme, x, isLog, height, looks } = latest.current
    const shape = { runs: latest.current.curves.map(({ run }) => run), looks, scheme, x, isLog, height, hasBands }
    const chart = new uPlot(
      plotOptions(element, shape, {
        zoom: () => latest.current.zoom,
        onZoom: (range) => latest.current.onZoom(range),
        onCursor: (it) => latest.current.onTip(tipOf(it)),
      }),
      latest.current.data,
      element,
    )
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = undefined
    }
    // All that the shape has is in the key.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])
  const isFirst = useRef(true)
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else plot.current?.setData(data)
  }, [data, zoom])
  useEffect(() => {
    const at = curves.findIndex(({ run }) => run === focused)
    plot.current?.setSeries(at === -1 ? null : 1 + at * (hasBands ? 3 : 1), { focus: true }, false)
  }, [focused, curves, hasBands])
  return <div ref={box} />
}
