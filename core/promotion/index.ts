<<<<<<< HEAD
/** What a push of a pipeline to a cluster would do: what a run would take, and what of its code would not work there. */
export * from './predict/index.ts'
export * from './scan/index.ts'
=======
export { judgeCluster, type Judgement } from './judge/judge.ts'
export type { JudgedStep, JudgeInput } from './judge/input.ts'
>>>>>>> h-judge
