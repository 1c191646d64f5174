/** What a push of a pipeline to a cluster would do, before it does it. */
export { openPlanner, type PlannedTarget, type Planner, type PlannerOptions } from './planner.ts'
export { judgeCluster, type Judgement } from './judge/judge.ts'
export type { JudgedStep, JudgeInput } from './judge/input.ts'
export * from './predict/index.ts'
export * from './scan/index.ts'
