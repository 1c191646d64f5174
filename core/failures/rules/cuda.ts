import type { FailureRule } from '../rule.ts'

/** GPUs that are not there, and drivers, libraries and builds that do not fit each other. */
export const CUDA: readonly FailureRule[] = [
  {
    id: 'cuda-driver-too-old',
    places: ['told', 'raised', 'printed'],
    pattern:
      /CUDA driver version is insufficient for CUDA runtime version|The NVIDIA driver on your system is too old(?: \(found version (?<version>\d{1,10})\))?|forward compatibility was attempted on non supported HW|unsatisfied condition: cuda>=(?<wanted>[\d.]{1,10})/,
    sentence: 'The driver of the GPU is too old for the CUDA that the program was built with.',
    cause: 'A build for a newer CUDA needs a newer driver; the driver is that of the machine, not of the image.',
    fix: 'Update the driver there, or take a build for an older CUDA (for PyTorch one of the indexes such as cu121).',
  },
  {
    id: 'cuda-no-kernel',
    places: ['raised', 'printed'],
    pattern:
      /no kernel image is available for execution on the device|CUDA_ERROR_NO_BINARY_FOR_GPU|is not compatible with the current PyTorch installation|PTX was compiled with an unsupported toolchain/,
    sentence: 'The program was not built for this GPU.',
    cause: 'Its CUDA code is for other generations: a new GPU needs a newer build, and new builds drop old GPUs.',
    fix: 'Take a version of the package that was built for this GPU, or a target with another GPU.',
  },
  {
    id: 'cuda-library-missing',
    places: ['raised', 'printed'],
    pattern:
      /(?<library>lib(?:cudart|cublas\w{0,10}|cudnn\w{0,30}|cufft|cusparse\w{0,4}|cusolver|curand|nccl|nvrtc|nvJitLink|nvinfer\w{0,20}|cupti)(?:\.so[\d.]{0,20})?): cannot open shared object file|Could not load library (?<cudnn>libcudnn\S{1,60})|undefined symbol: (?<symbol>__nv\w{1,60}|cu(?:blas|sparse|dnn)\w{1,60})/,
    facts: ({ groups: { library, cudnn, symbol } }) => ({ library: library ?? cudnn ?? symbol ?? '' }),
    sentence: 'A library of CUDA is missing or of another version: {library}.',
    cause: 'Packages of the environment were built for different versions of CUDA, or none of them brings it.',
    fix: 'Take all of them for one version of CUDA, or an image that has it, such as nvidia/cuda with the right tag; unset LD_LIBRARY_PATH.',
  },
  {
    id: 'cuda-driver-missing',
    places: ['raised', 'printed'],
    pattern:
      /libcuda\.so[\d.]{0,10}: cannot open shared object file|Found no NVIDIA driver on your system|NVIDIA-SMI has failed because|libnvidia-ml\.so/,
    sentence: 'There is no driver of NVIDIA where the step runs.',
    cause:
      'The machine has no GPU, or its driver was not given to the container: that is done only for steps that ask for a GPU.',
    fix: 'Write resources: {gpu: 1} into the step, and run it where there are GPUs.',
  },
  {
    id: 'torch-without-cuda',
    places: ['raised', 'printed'],
    pattern: /Torch not compiled with CUDA enabled/,
    sentence: 'The PyTorch of the environment was built without CUDA.',
    cause: 'The usual build for some platforms, and each one named cpu, runs on processors only.',
    fix: 'Take a build with CUDA into the packages of the environment, or let the program use the device cpu.',
  },
  {
    id: 'gpu-missing',
    places: ['raised'],
    pattern:
      /No CUDA GPUs are available|no CUDA-capable device is detected|torch\.cuda\.is_available\(\) is False|CUDA_ERROR_NO_DEVICE|Unable to initialize backend 'cuda'|invalid device ordinal/,
    sentence: 'The program wants a GPU, and there is none for it.',
    cause: 'The step did not ask for one, the machine has none, or the program asks for one more than it was given.',
    fix: 'Write resources: {gpu: 1} into the step and run it where there are GPUs; for models saved on a GPU use map_location="cpu".',
  },
  {
    id: 'cuda-assert',
    places: ['raised', 'printed'],
    pattern: /device-side assert triggered/,
    sentence: 'A check failed in code on the GPU.',
    cause:
      'Likely an index is out of range, such as a label that is not below the number of classes, or a token beyond the embedding.',
    fix: 'Run the step once on the processor, or with CUDA_LAUNCH_BLOCKING=1 in env, to see the line.',
  },
  {
    id: 'nccl',
    places: ['raised', 'printed'],
    pattern:
      /ncclSystemError|ncclUnhandledCudaError|ncclInternalError|NCCL communicator was aborted|Watchdog caught collective operation timeout/,
    sentence: 'The processes of a distributed training lost each other.',
    cause: 'Likely one of them failed first, or the network between them does not let them through.',
    fix: 'Look for the first error among their logs; set NCCL_DEBUG=INFO in env to see the network.',
  },
]
