/** The bounds of what is tracked; core/wire has them, since the step runner keeps to them too. */
export {
  checkBatch,
  checkDatasets,
  checkExperimentName,
  checkExperimentTag,
  checkKey,
  checkLength,
  checkModelName,
  checkPageSize,
  checkParam,
  checkTag,
  invalid,
  invalidValue,
  LIMITS,
} from '#core/wire/index.ts'
