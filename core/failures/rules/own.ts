import { formatBytes, formatDuration } from '#core/base/quantity.ts'
import { RAN_OUT_OF_MEMORY } from '#core/contract/ran-out.ts'
import type { FailureRule } from '../rule.ts'

/** What the core itself knows to be so: of limits, outputs, secrets and environments. */
export const OWN: readonly FailureRule[] = [
  {
    id: 'out-of-memory',
    places: ['told'],
    pattern: RAN_OUT_OF_MEMORY,
    facts: ({ evidence }) => {
      const { memoryBytes } = evidence.limits
      return { limit: memoryBytes === null ? 'there was for it' : `its limit of ${formatBytes(memoryBytes)}` }
    },
    sentence: 'The step ran out of memory.',
    cause: 'It used more memory than {limit}, so the system ended it.',
    fix: 'Raise resources.memory of the step, or let it use less: read data in pieces, take smaller batches, start fewer workers.',
  },
  {
    id: 'timeout',
    codes: ['step_timeout'],
    places: ['told'],
    pattern: /./,
    facts: ({ evidence }) => {
      const { timeoutSeconds } = evidence.limits
      return { limit: timeoutSeconds === null ? '' : ` of ${formatDuration(timeoutSeconds * 1_000)}` }
    },
    sentence: 'The step ran longer than its timeout{limit}.',
    cause: 'Its command was not done when the time of one attempt was over.',
    fix: 'Raise timeout in the step or in spec.defaults, or let the step do less; its log shows how far it came.',
  },
  {
    id: 'output-missing',
    codes: ['output_missing'],
    places: ['told'],
    pattern: /^the step ended without output "(?<output>[^"]{1,100})"/,
    sentence: 'The step ended well, and without its output {output}.',
    cause: 'Nothing lies at $MINISUB_OUTPUTS/{output}; a file of that name elsewhere does not count.',
    fix: 'Write it to $MINISUB_OUTPUTS/{output} before the program ends, or take {output} out of the outputs of the step.',
  },
  {
    id: 'output-not-utf8',
    codes: ['output_invalid'],
    places: ['told'],
    pattern: /^output "(?<output>[^"]{1,100})": expected UTF-8/,
    sentence: 'The output {output} is not text in UTF-8.',
    cause: 'It is declared as a value, which is text, and the step wrote other bytes.',
    fix: 'Write it as UTF-8, or declare it as {type: file}.',
  },
  {
    id: 'output-invalid',
    codes: ['output_invalid'],
    places: ['told'],
    pattern: /^output "(?<output>[^"]{1,100})": (?<fault>.{1,400}?): correct what the step writes/,
    sentence: 'The output {output} is not what the step declares.',
    cause: 'It was looked at when the program had ended: {fault}.',
    fix: 'Correct what the step writes to $MINISUB_OUTPUTS/{output}, or what it declares.',
  },
  {
    id: 'output-too-large',
    codes: ['output_too_large'],
    places: ['told'],
    pattern: /^output "(?<output>[^"]{1,100})" is (?<size>\d{1,20}) bytes long/,
    sentence: 'The output {output} is too long for a value.',
    cause: 'It has {size} bytes, and a value at most 32768.',
    fix: 'Declare it as {type: file}; the steps that read it then get its path.',
  },
  {
    id: 'output-symlink',
    codes: ['output_symlink'],
    places: ['told'],
    pattern: /symbolic link/,
    sentence: 'An output is a symbolic link.',
    cause: 'A link leads to a place that is not there on another machine, so it is not taken.',
    fix: 'Write the file itself, such as with cp -L.',
  },
  {
    id: 'secret-missing',
    codes: ['secret_missing'],
    places: ['told'],
    pattern: /the secret (?<secret>\S{1,100}) has no key (?<key>[^\s,]{1,100})/,
    sentence: 'The step names the secret {secret}, which has no key {key}.',
    cause: 'Values of secrets are not in the pipeline: each machine and each cluster has its own.',
    fix: 'Set it with minisub secret set {secret} {key}, then run again.',
  },
  {
    id: 'environment-failed',
    codes: ['environment_failed', 'package_unavailable', 'python_missing'],
    places: ['told'],
    pattern: /^(?<reason>.{1,400})/,
    sentence: 'The environment of the step could not be made.',
    cause: 'What made it said: {reason}',
    fix: 'Correct the environment in the pipeline, and try it alone with minisub env build FILE.',
  },
  {
    id: 'index-unreachable',
    codes: ['network_unavailable'],
    places: ['told'],
    pattern: /package index/,
    sentence: 'The packages of the environment could not be loaded.',
    cause: 'They are not on this machine yet, and the package index cannot be reached or is not trusted.',
    fix: 'Look at the network, the proxy, the certificates and the index-url of pip, and try it alone with minisub env build FILE.',
  },
  {
    id: 'value-too-large',
    codes: ['value_too_large'],
    places: ['told'],
    pattern: /./,
    sentence: 'The command of the step, or what it gives to it, is too long for the system.',
    cause: 'One argument or variable holds at most 96 KiB, and all of them what the system takes.',
    fix: 'Give long values by inputs: then the step reads them from a file.',
  },
  {
    id: 'system-busy',
    codes: ['system_busy'],
    places: ['told'],
    pattern: /./,
    sentence: 'The system could not start the command of the step.',
    cause: 'It was out of processes, memory or open files at that moment.',
    fix: 'Run again with a lower --parallelism, or raise the limits of the system (ulimit -a shows them).',
  },
]
