export type { Mlflow } from './mlflow.ts'
export { openMlflow } from './open-mlflow.ts'
