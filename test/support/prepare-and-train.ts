import { sh } from './engine.ts'

/** Two steps, each with a file of code of its own; the second is a fan-out over what the first leaves of `table.csv`. */
export const PREPARE_AND_TRAIN = {
  prepare: {
    ...sh('sh prepare.sh < "$MINISUB_INPUTS/table" > "$MINISUB_OUTPUTS/rows"'),
    files: ['prepare.sh'],
    inputs: { table: { file: 'table.csv' } },
    outputs: { rows: { type: 'file' } },
  },
  train: {
    ...sh('sh train.sh "$1" < "$MINISUB_INPUTS/rows" > "$MINISUB_OUTPUTS/model"', '${{ each.depth }}'),
    files: ['train.sh'],
    forEach: { depth: [1, 2] },
    inputs: { rows: '${{ steps.prepare.outputs.rows }}' },
    outputs: { model: { type: 'file' } },
  },
}
