import { z } from 'zod'

/** A text of the address; one that somebody typed without quotes may look like a number. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined)
const texts = z.array(z.string()).max(200).optional().catch(undefined)
const flag = z.boolean().optional().catch(undefined)
const range = z.tuple([z.number(), z.number()])

export const TABS = ['table', 'charts', 'parallel', 'scatter'] as const
export const X_AXES = ['step', 'time', 'relative'] as const
export type XAxis = (typeof X_AXES)[number]

/** How charts of series are drawn: a part of the address of every page that has some. */
const charts = {
  x: z.enum(X_AXES).optional().catch(undefined),
  /** From 0 to below 1. */
  smooth: z.number().min(0).max(0.999).optional().catch(undefined),
  log: flag,
  /** False: no band from the least to the greatest value. */
  band: flag,
  /** What is in sight, in units of the x axis. */
  zoom: range.optional().catch(undefined),
  /** Charts that stand first, and which ones are shown at all. */
  pin: texts,
  find: text,
  /** The one that fills the window. */
  full: text,
}

/** All that the page of experiments shows, so that its address restores it. Columns are as `metrics.loss@min`. */
export const experimentSearch = z.object({
  ...charts,
  /** Further experiments, by their ids with commas. */
  with: text,
  tab: z.enum(TABS).optional().catch(undefined),
  filter: text,
  /** A column; with a minus before it from the greatest down. */
  sort: text,
  cols: texts,
  group: text,
  /** True: runs that are nested in others stand among the others. */
  flat: flag,
  /** Groups and parents whose members are shown. */
  open: texts,
  view: z.enum(['deleted']).optional().catch(undefined),
  /** The runs that are selected. */
  runs: texts,
  /** Of the scatter plot: x, y and colour, and axes that are logarithmic. */
  sx: text,
  sy: text,
  sc: text,
  slog: z.enum(['x', 'y', 'xy']).optional().catch(undefined),
  /** Of parallel coordinates: columns, and the ranges that are picked on them. */
  axes: texts,
  color: text,
  within: z.record(z.string(), range).optional().catch(undefined),
})
export type ExperimentSearch = z.infer<typeof experimentSearch>

/** All that a comparison shows. */
export const compareSearch = z.object({
  ...charts,
  /** Ids of runs with commas. */
  runs: z.string().catch(''),
  /** False: lines that are alike are shown too. */
  only: flag,
  tab: z.enum(['differences', 'charts']).optional().catch(undefined),
  /** A file of the code, and the places of the two runs whose texts are shown. */
  file: text,
  pair: z
    .tuple([z.int().min(0), z.int().min(0)])
    .optional()
    .catch(undefined),
})
export type CompareSearch = z.infer<typeof compareSearch>

export type ChartSearch = Pick<ExperimentSearch, keyof typeof charts>
