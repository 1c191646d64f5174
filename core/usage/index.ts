/** Where the time of a run went, what its steps used of what they asked for, and better requests written into documents. */
export { addEvent, openTimes, timesOf, type AttemptTimes } from './attempt-times.ts'
export { runUsage, type AskedStep } from './run-usage.ts'
export type { UsageSample } from './cpu-rates.ts'
export { writeResources, type WantedResources } from './write-resources.ts'
