export { judgeCluster, type Judgement } from './judge/judge.ts'
export type { JudgedStep, JudgeInput } from './judge/input.ts'
