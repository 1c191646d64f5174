import {
  artifactPath,
  decodePath,
  list,
  member,
  optionalText,
  readId,
  readPart,
  readQuery,
  readText,
} from '#core/wire/index.ts'
import { after, must, type StepCall, type StepRule } from './step-rules.ts'

const pathOf = ({ params }: StepCall): string => artifactPath(decodePath(params['path'] ?? ''))
const READ_FILES = 'a step reads files of its own experiment and of registered models: name one of those'
export const ownFile: StepRule = after((scope, call) =>
  must(
    scope.ownsPath(pathOf(call)),
    'a step writes files of its own run, of those that it made and of models that it logged',
  ),
)
export const seenFile: StepRule = after((scope, call) => must(scope.seesPath(pathOf(call)), READ_FILES))
export const seenFolder: StepRule = after((scope, { input }) =>
  must(scope.seesPath(artifactPath(optionalText(input, 'path') ?? '')), READ_FILES),
)
/** As the same rule, for what is told by the query whatever the method is. */
export const byQuery =
  (rule: StepRule): StepRule =>
  (scope, call) =>
    rule(scope, { ...call, input: readQuery(call.search) })

const TRACES = 'a step keeps and reads traces of its own experiment: leave those of others'
export const ownTrace: StepRule = after((scope, { params }) =>
  must((scope.traceExperiment(params['trace_id'] ?? '') ?? scope.experiment) === scope.experiment, TRACES),
)
export const madeTrace: StepRule = after((scope, { input }) => {
  const info = member({ fields: input.fields, path: '' }, 'trace', readPart)
  const told = member(info, 'trace_info', readPart)
  const known = scope.traceExperiment(member(told, 'trace_id', readText)) ?? scope.experiment
  must(placeOf(member(told, 'trace_location', readPart)) === scope.experiment && known === scope.experiment, TRACES)
})
export const ownTraces: StepRule = after((scope, { input }) => {
  const places = list(input, 'locations', (value, path) => placeOf(readPart(value, path)))
  must(places.length > 0 && places.every((id) => id === scope.experiment), TRACES)
})

function placeOf(location: ReturnType<typeof readPart>): string {
  return member(member(location, 'mlflow_experiment', readPart), 'experiment_id', readId)
}
