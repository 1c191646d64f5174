import type { FailureRule, Found } from '../rule.ts'
import { distributionOf } from './distributions.ts'
import { where } from './own-frame.ts'

/** Modules and libraries that are not there, or do not fit each other. */
export const IMPORTS: readonly FailureRule[] = [
  {
    id: 'pickle-versions',
    places: ['raised'],
    pattern:
      /No module named '(?:numpy\._core|pandas\.core\.indexes\.numeric|sklearn\.\w{1,60}\.\w{1,60}|pandas\._libs\.\w{1,60})|unsupported pickle protocol|Can't get attribute '(?<name>[^']{1,120})' on <module|__randomstate_ctor|_reconstruct.{0,40}pickle|BitGenerator module/,
    facts: (found) => (isUnpickling(found) ? where(found) : undefined),
    sentence: 'A pickled object does not fit the packages that load it.',
    cause:
      'It was written with other versions of Python, NumPy, pandas or scikit-learn, or by a script whose classes are not there; it is loaded by {where}.',
    fix: 'Write and load it in environments with the same versions, or keep it in a format for exchange, such as ONNX, Parquet or safetensors.',
  },
  {
    id: 'git-lfs-pointer',
    places: ['raised'],
    pattern: /invalid load key, 'v'|Expecting value.{0,80}git-lfs|header too large.{0,40}version https/,
    facts: where,
    sentence: 'A file is not what it should be, and likely only a pointer of Git LFS.',
    cause:
      'Its first letter is that of such pointers, which are there where git lfs pull was not run; it is loaded by {where}.',
    fix: 'Run git lfs pull in the folder of the code, then run again.',
  },
  {
    id: 'torch-weights-only',
    places: ['raised'],
    pattern: /Weights only load failed/,
    facts: where,
    sentence: 'PyTorch refuses to load a file that holds more than weights.',
    cause: 'Since PyTorch 2.6 torch.load takes weights alone unless told otherwise; it is called by {where}.',
    fix: 'Save state_dict() instead of the whole object, or pass weights_only=False for a file that you trust.',
  },
  {
    id: 'local-module-missing',
    places: ['raised'],
    pattern:
      /^ModuleNotFoundError: No module named '(?<module>(?:utils|helpers?|src|lib|common|config|models?|data|app|core|scripts|tools|preprocess\w{0,20}|features?|constants|settings|main)(?:\.[\w.]{1,100})?)'/,
    facts: (found) => ({ ...where(found), file: (found.groups['module'] ?? '').replaceAll('.', '/') }),
    sentence: 'The module {module} is not found, and likely it is one of your own.',
    cause:
      'Python looks beside the script that was started; {file}.py is in another folder, or .gitignore or .minisubignore keeps it out. It is imported by {where}.',
    fix: 'Set PYTHONPATH: "." in env of the step, start it with python -m, or take the file out of the ignore file.',
  },
  {
    id: 'module-missing',
    places: ['raised'],
    pattern: /^(?:ModuleNotFoundError|ImportError): No module named '?(?<module>[\w.]{1,120})/,
    facts: (found) => ({ ...where(found), package: distributionOf(found.groups['module'] ?? '') }),
    sentence: 'The environment of the step has no module {module}.',
    cause:
      'It is imported by {where}, and no package of the environment brings it; what is installed on a laptop is not in it.',
    fix: 'Add {package} to the packages of the environment, then run again.',
  },
  {
    id: 'numpy-alias',
    places: ['raised'],
    pattern: /module 'numpy' has no attribute '(?<name>bool|int|float|complex|object|str)'/,
    facts: where,
    sentence: 'The program uses np.{name}, which NumPy does not have since version 1.24.',
    cause: 'It was another name of {name} of Python, and is used by {where}.',
    fix: 'Write {name} in its place; where a package uses it, take a newer version of that, or write numpy<1.24 into the packages, then lock again.',
  },
  {
    id: 'numpy-abi',
    places: ['raised'],
    pattern:
      /numpy\.dtype size changed|numpy\.core\.multiarray failed to import|compiled using NumPy 1\.x cannot be run|_ARRAY_API not found|was removed in the NumPy 2\.0 release|module 'numpy' has no attribute '(?:float_|complex_|unicode_|string_|NaN|Inf|infty|product|cumproduct|sometrue|alltrue|in1d|trapz|row_stack|find_common_type|issubclass_|msort|asfarray|obj2sctype|sctypes|core)'/,
    facts: where,
    sentence: 'A package of the environment does not fit its version of NumPy.',
    cause: 'It was built for, or written against, another one; the error comes from {where}.',
    fix: 'Write numpy<2 into the packages of the environment, or take a newer version of that package; then lock again.',
  },
  {
    id: 'opencv-libraries',
    places: ['raised', 'printed'],
    pattern: /lib(?:GL|gthread-2\.0|SM|Xext|Xrender)\.so\.\d{1,3}: cannot open shared object file/,
    sentence: 'OpenCV wants libraries of a desktop that the image does not have.',
    cause: 'The package opencv-python is made to open windows.',
    fix: 'Take opencv-python-headless instead of opencv-python into the packages of the environment.',
  },
  {
    id: 'shared-library-missing',
    places: ['raised', 'printed'],
    pattern:
      /(?<library>[\w.+-]{1,100}\.so[\w.]{0,40}): cannot open shared object file|Library not loaded: (?<dylib>\S{1,200})/,
    facts: ({ groups: { library, dylib } }) => ({ library: library ?? dylib ?? '' }),
    sentence: 'The library {library} is not there.',
    cause: 'A program or a Python package needs it, and it comes with the system, not with the package.',
    fix: 'Take an image that has it, or install it in a Dockerfile (apt-get install, see packages.debian.org for which).',
  },
  {
    id: 'import-mismatch',
    places: ['raised'],
    pattern:
      /^ImportError: cannot import name '(?<name>[^']{1,120})' from (?:partially initialized module )?'(?<module>[^']{1,120})'|partially initialized module '(?<part>[^']{1,120})'(?: from '[^']{1,300}')? has no attribute '(?<attribute>[^']{1,120})'/,
    facts: (found) => {
      const { name, module, part, attribute } = found.groups
      const isCircular = /partially initialized module|circular import/.test(found.line.text)
      const why = isCircular
        ? 'two modules import each other, or a file of yours has the name of a package'
        : 'likely it has another version than the program was written for'
      return { ...where(found), name: name ?? attribute ?? '', module: module ?? part ?? '', why }
    },
    sentence: 'The module {module} does not have {name}.',
    cause: 'It is wanted by {where}: {why}.',
    fix: 'Compare the versions in the lock with what the program needs, and rename files of yours that are called like packages.',
  },
]

/** Where something is being unpickled, or by the words of the message. */
function isUnpickling({ line, raised }: Found): boolean {
  if (/pickle|__randomstate_ctor|Can't get attribute|BitGenerator/.test(line.text)) return true
  const sources = raised?.frames.map(({ source, file }) => `${source} ${file}`) ?? []
  return sources.some((text) => /pickle|joblib|\bload\(|read_pickle|torch\.load/.test(text))
}
