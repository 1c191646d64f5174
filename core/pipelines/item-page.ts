import type { JsonObject } from '#core/base/json.ts'
import { isFinalRun, type StepStatus } from '#core/contract/events.ts'
import type { ItemPage } from '#core/contract/run-graph.ts'
import { findStep } from './find-run.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { PipelineService } from './service-types.ts'
import { cancelledWithRun, stepView } from './views.ts'

type Address = Parameters<PipelineService['items']>[0]
type Page = Parameters<PipelineService['items']>[1]
type FanOut = { readonly run: RunRow; readonly step: string; readonly values: readonly JsonObject[] }

/**
 * Items of a fan-out in their order; with a status only those that have it, and `from` counts these. A step without a
 * fan-out has itself as its one item. Throws Problem `not_found`.
 */
export function itemPage(store: RunStore, address: Address, page: Page): ItemPage {
  const { run, row, isFanOut } = findStep(store, { ...address, item: null })
  const { step } = address
  if (!isFanOut) {
    const view = cancelledWithRun(stepView(run.id, { name: step, row, item: null, fallback: 'pending' }), run)
    const fits = page.status === undefined || page.status === view.status
    return { items: fits && page.from === 0 ? [view] : [], total: fits ? 1 : 0 }
  }
  const fanOut = { run, step, values: store.expansion(run, step) ?? [] }
  const fallback = statusOfUntouched(store, run)
  const { indices, total } =
    page.status === undefined
      ? allItems(fanOut, page)
      : itemsOf(store, fanOut, { ...page, status: page.status, fallback })
  const rows = new Map(store.items.at(run.id, step, indices).map((it) => [it.item, it]))
  const items = indices.map((index) => {
    const item = { index, values: fanOut.values[index] ?? {} }
    return cancelledWithRun(stepView(run.id, { name: step, row: rows.get(index), item, fallback }), run)
  })
  return { items, total }
}

/** What an item is that never began: a cancel takes it at once. */
export function statusOfUntouched(store: RunStore, run: RunRow): 'cancelled' | 'pending' {
  return isFinalRun(run.status) || store.isCancelling(run.id) ? 'cancelled' : 'pending'
}

type Chosen = { readonly indices: readonly number[]; readonly total: number }

function allItems({ values }: FanOut, { from, limit }: Page): Chosen {
  const count = Math.max(0, Math.min(limit, values.length - from))
  return { indices: Array.from({ length: count }, (_, i) => from + i), total: values.length }
}

type Filter = Page & { readonly status: StepStatus; readonly fallback: StepStatus }

function itemsOf(store: RunStore, { run, step, values }: FanOut, { status, fallback, from, limit }: Filter): Chosen {
  if (status === fallback) {
    const others = store.items.ofOther(run.id, step, status)
    return { indices: gapsOf(others, values.length, { from, limit }), total: values.length - others.length }
  }
  const total = store.items.count(run.id, step, status)
  return { indices: total > from ? store.items.ofStatus(run.id, step, { status, from, limit }) : [], total }
}

/** Numbers below `count` that are not among others, which are in order: `limit` of them, after `from` were left out. */
function gapsOf(others: readonly number[], count: number, { from, limit }: Pick<Page, 'from' | 'limit'>): number[] {
  const gaps: number[] = []
  let next = 0
  let left = from
  for (const other of [...others, count]) {
    const skipped = Math.min(left, other - next)
    left -= skipped
    for (let index = next + skipped; index < other && gaps.length < limit; index += 1) gaps.push(index)
    if (gaps.length === limit) return gaps
    next = other + 1
  }
  return gaps
}
