export { parseNumberTable, type NumberTable } from './number-table.ts'
export { scoreOnnx, type Score, type ScoreRequest } from './score.ts'
