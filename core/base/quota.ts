import { parseQuantity } from './quantity.ts'

/** What a quota has left of a resource; undefined where its quantities cannot be read. */
export type Left = { readonly resource: string; readonly hard: string; readonly left: number | undefined }

/** Pairs of `hard` and `used` of a quota as what is left, in the order of the resources' names. */
export function leftOf(hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>>): Left[] {
  return Object.entries(hard)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, limit]) => {
      const [most, taken] = [parseQuantity(limit), parseQuantity(used[resource] ?? '0')]
      return { resource, hard: limit, left: most === undefined || taken === undefined ? undefined : most - taken }
    })
}

/** `pods: 7 of 10 left`. */
export function leftText({ resource, hard, left }: Left): string {
  if (left === undefined) return `${resource}: ${hard} at most`
  return `${resource}: ${amountText(resource, left)} of ${hard} left`
}

/** Whether a resource of a quota or a limit range is counted in bytes. */
function isMemory(resource: string): boolean {
  return /(^|\.)(memory|storage|ephemeral-storage)$/.test(resource)
}

/** An amount of a resource for people: `1.5`, `512Mi`, `1.5Gi`. */
export function amountText(resource: string, amount: number): string {
  if (!isMemory(resource)) return String(Math.round(amount * 1000) / 1000)
  return amount < 2 ** 30 ? `${Math.round(amount / 2 ** 20)}Mi` : `${(amount / 2 ** 30).toFixed(1)}Gi`
}
