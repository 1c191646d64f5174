/** Where the time of a run went, what its steps used of what they asked for, and better requests written into documents. */
export { addEvent, openTimes, timesOf, type AttemptTimes, type TimesFold } from './attempt-times.ts'
export { runUsage, type AskedStep } from './run-usage.ts'
export { useOf, type AttemptUse } from './attempt-use.ts'
export { addUsed, NOTHING_USED, priced, type Priced, type Used } from './cost.ts'
export { lookAtPrices, priceWords, type PriceSource } from './price-source.ts'
export { writeResources, type WantedResources } from './write-resources.ts'
export { partsOf } from './spans.ts'
