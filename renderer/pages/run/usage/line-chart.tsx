import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { chartOptions } from './chart-options.ts'
import type { Line } from './line.ts'

type ChartProps = {
  readonly seconds: readonly number[]
  readonly line: Line
  /** The whole of it in one sentence, for those who do not see it. */
  readonly label: string
}

/** A curve over seconds, as wide as there is room. It follows the data, the colours and the width. */
export function LineChart(props: ChartProps) {
  const scheme = useComputedColorScheme('light')
  // A canvas is drawn in the colours that held when it was made.
  return <Canvas key={scheme} {...props} scheme={scheme} />
}

function Canvas({ seconds, line, label, scheme }: ChartProps & { readonly scheme: 'light' | 'dark' }) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const data = dataOf(seconds, line)
  const latest = useRef({ data, line, scheme })
  useEffect(() => {
    latest.current = { data, line, scheme }
    plot.current?.setData(data)
  })
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const begin = latest.current
    const chart = new uPlot(chartOptions(begin.line, element, begin.scheme), begin.data, element)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: chart.height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = undefined
    }
  }, [])
  return <div ref={box} role="img" aria-label={label} />
}

/** From zero at the beginning, so that the first value has a time that it holds for. */
function dataOf(seconds: readonly number[], { values, limit, isStepped }: Line): uPlot.AlignedData {
  const first = isStepped ? (values[0] ?? null) : null
  const times = [0, ...seconds]
  const limits = limit === undefined ? [] : [times.map(() => limit.value)]
  return [times, [first, ...values], ...limits]
}
