export { predict, type Predicted, type PredictedStep, type PredictOptions, type PredictStep } from './predict.ts'
