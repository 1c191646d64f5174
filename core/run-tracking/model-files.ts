import { Problem } from '#core/base/problem.ts'
import type { Registration } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { isOnnxFile } from './onnx-file.ts'

type File = Registration['files'][number]
type Wanted = Pick<Registration, 'files' | 'from'> & {
  readonly modelId: string
  readonly trackedRun: string
  /** Epoch milliseconds. */
  readonly now: number
}

const ONNX_FILE = 'model.onnx'

/**
 * The files that a version holds. A folder is taken as it is; of a single ONNX model an MLmodel is written, so that
 * MLflow's clients load it; any other single file has the name of its output. Throws Problem `artifact_missing` where the
 * bytes of one are not in the store, and `disk_full`.
 */
export async function modelFiles(wanted: Wanted, blobs: Pick<Blobs, 'sourceOf' | 'putBytes'>): Promise<File[]> {
  const sources = wanted.files.map(({ sha256 }) => blobs.sourceOf(sha256))
  const [only, ...more] = wanted.files
  const [source] = sources
  if (only === undefined || source === undefined) throw new Problem('output_missing', 'there are no files to register')
  if (only.path !== '' || more.length > 0) return [...wanted.files]
  if (!(await isOnnxFile(source, only.size))) return [{ ...only, path: wanted.from.output }]
  const write = (path: string, text: string): File => ({ path, ...blobs.putBytes(Buffer.from(text)) })
  return [
    { ...only, path: ONNX_FILE },
    write('MLmodel', mlmodelOf(wanted, only.size)),
    write('requirements.txt', 'onnx\nonnxruntime\n'),
  ]
}

/** What `mlflow.onnx` writes, as far as it is known without Python; JSON is YAML too, and its texts need no other quotes. */
function mlmodelOf({ from, modelId, trackedRun, now }: Wanted, size: number): string {
  const providers = ['CUDAExecutionProvider', 'CPUExecutionProvider']
  const text = (value: unknown): string => JSON.stringify(value)
  return `artifact_path: ${text(from.output)}
flavors:
  onnx:
    code: null
    data: ${ONNX_FILE}
    providers: ${text(providers)}
  python_function:
    data: ${ONNX_FILE}
    loader_module: mlflow.onnx
model_id: ${text(modelId)}
model_size_bytes: ${size}
run_id: ${text(trackedRun)}
utc_time_created: ${text(new Date(now).toISOString().replace('T', ' ').replace('Z', '000'))}
`
}
