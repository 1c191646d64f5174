/** The price file of a data folder: what cores, memory, GPUs and bytes cost and draw on each target. */
export { openPrices, readPrices, type PriceBook } from './read-prices.ts'
export { EXAMPLE, initPrices } from './init-prices.ts'
