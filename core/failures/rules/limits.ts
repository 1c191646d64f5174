import { formatBytes } from '#core/base/quantity.ts'
import type { FailureRule, Found } from '../rule.ts'
import { withinCode } from './within-code.ts'

const shmOf = ({ evidence }: Found): Record<string, string> => {
  const { shmBytes } = evidence.limits
  return { shm: shmBytes === null ? 'containers have 64 MB unless told otherwise' : `it has ${formatBytes(shmBytes)}` }
}

/** Memory, disk, and what else there is only so much of, as programs tell of it. */
export const LIMITS: readonly FailureRule[] = [
  {
    id: 'shared-memory',
    places: ['answered', 'printed'],
    pattern:
      /dataloader's workers are out of shared memory|unexpected bus error encountered in worker|insufficient shared memory|No space left on device:? '?\/(?:dev\/shm|torch_)|unable to [a-z0-9 ]{1,60} <\/torch_|unable to allocate shared memory|rror while creating shared memory segment/,
    facts: shmOf,
    sentence: 'The shared memory of the step is full.',
    cause: 'Workers of a data loader hand batches over by /dev/shm, and {shm}.',
    fix: 'Raise resources.shm of the step, such as to 1Gi, or start fewer workers (num_workers).',
  },
  {
    id: 'cuda-out-of-memory',
    places: ['raised', 'printed'],
    pattern:
      /CUDA out of memory(?:\. Tried to allocate (?<wanted>[\d.]{1,10} [KMGT]iB))?|CUDA error: out of memory|cudaErrorMemoryAllocation|RESOURCE_EXHAUSTED: Out of memory|OOM when allocating tensor|CUDA_ERROR_OUT_OF_MEMORY|cupy\.cuda\.memory\.OutOfMemoryError|HIP out of memory/,
    facts: ({ groups: { wanted } }) => ({ wanted: wanted ?? 'more' }),
    sentence: 'The memory of the GPU is full.',
    cause: 'The program asked for {wanted}, and the GPU had less free; other programs on the same GPU count too.',
    fix: 'Take smaller batches, half precision or gradient accumulation, or a GPU with more memory; nvidia-smi shows who uses it.',
  },
  {
    id: 'memory-error',
    places: ['raised'],
    pattern:
      /^(?:[\w.]{1,100}\.)?_?(?:Array)?MemoryError\b(?:: Unable to allocate (?<wanted>[\d.]{1,10} ?[KMGT]?i?B?) for an array)?/,
    facts: ({ groups: { wanted } }) => ({ wanted: wanted === undefined ? 'more memory' : `${wanted} for one array` }),
    sentence: 'Python got no memory from the system.',
    cause: 'The program asked for {wanted}, and there was not so much.',
    fix: 'Read data in pieces or in a smaller type (float32, categories), or run where there is more memory.',
  },
  {
    id: 'program-out-of-memory',
    places: ['printed', 'answered'],
    pattern:
      /std::bad_alloc|java\.lang\.OutOfMemoryError|JavaScript heap out of memory|cannot allocate vector of size|fatal error: runtime: (?:out of memory|cannot allocate memory)|[Cc]annot allocate memory|memory allocation of \d{1,20} bytes failed|DefaultCPUAllocator: (?:can't|not enough memory)/,
    sentence: 'The program got no memory.',
    cause: 'It asked for more than its own bound, such as the heap of Java or Node, or than the system has.',
    fix: 'Raise that bound (-Xmx of Java, --max-old-space-size of Node) and resources.memory of the step, or let it use less.',
  },
  {
    id: 'worker-killed',
    places: ['raised'],
    pattern:
      /TerminatedWorkerError|BrokenProcessPool|DataLoader worker \(pid(?:\(s\))? [\d, ]{1,200}\) (?:is killed by signal: Killed|exited unexpectedly)/,
    sentence: 'A worker process of the program was ended.',
    cause: 'Likely memory ran out and the system killed it; a crash in a library does the same.',
    fix: 'Start fewer workers (n_jobs, num_workers), raise resources.memory, or run without workers to see the error itself.',
  },
  {
    id: 'too-many-processes',
    places: ['answered', 'printed'],
    pattern:
      /can't start new thread|pthread_create failed for thread|Thread creation failed|fork: (?:retry: )?Resource temporarily unavailable|BlockingIOError: \[Errno 11\]|pthread_create\(\) failed|unable to create (?:new )?native thread|libgomp: Thread creation/,
    sentence: 'The step may start no more processes or threads.',
    cause:
      'It reached its resources.pids, or the bound of the system; libraries start a thread for each processor that they see.',
    fix: 'Bound the threads (OMP_NUM_THREADS and OPENBLAS_NUM_THREADS in env) and workers, or raise resources.pids.',
  },
  {
    id: 'too-many-files',
    places: ['answered', 'printed'],
    pattern: /Too many open files/,
    sentence: 'The program has too many files open.',
    cause: 'It opened more files and connections than a process may, often since they are never closed.',
    fix: 'Close them (with open(…) as file), set torch.multiprocessing.set_sharing_strategy("file_system") for data loaders, or raise ulimit -n.',
  },
  {
    id: 'disk-full',
    places: ['answered', 'printed', 'told'],
    pattern:
      /No space left on device|Disk quota exceeded|not enough space on the disk|the disk .{0,80}is full|nothing can be written to /i,
    sentence: 'The disk is full.',
    cause:
      'There was no room for what the step wrote: on the disk of the data folder, of the container engine, or of the node.',
    fix: 'Free space (docker system df and minisub env prune), or write less; then run again.',
  },
  {
    id: 'read-only',
    places: ['answered', 'printed'],
    pattern: /Read-only file system(?:: '(?<file>[^']{1,300})')?/,
    facts: ({ groups: { file } }) => ({ file: file ?? 'a place' }),
    sentence: 'The program writes to {file}, which is read-only.',
    cause: 'Inputs of a step, and much of an image, may only be read.',
    fix: 'Write to the working folder, to $HOME, or to $MINISUB_OUTPUTS; copy an input first to change it.',
  },
  {
    id: 'permission-denied',
    places: ['answered', 'printed'],
    pattern:
      /Permission denied(?:: '(?<file>[^']{1,300})')?|EACCES: permission denied|Operation not permitted(?:: '(?<other>[^']{1,300})')?/,
    facts: ({ groups: { file, other }, evidence: { codeFolder } }) => {
      const path = file ?? other
      return { file: path === undefined ? 'a file or folder' : withinCode(path, codeFolder) }
    },
    sentence: 'The program may not use {file}.',
    cause:
      'It belongs to another user, or is an input, which may only be read; containers often run as another user than you do.',
    fix: 'Write to the working folder, to $HOME or to $MINISUB_OUTPUTS, or correct owner and mode of the file.',
  },
  {
    id: 'port-taken',
    places: ['answered', 'printed'],
    pattern: /Address already in use|EADDRINUSE/,
    sentence: 'A port that the program wants to listen on is taken.',
    cause: 'Another program, or another step at the same time on this machine, listens there.',
    fix: 'Let it take a free port (port 0), or one that is made of MINISUB_ITEM.',
  },
]
