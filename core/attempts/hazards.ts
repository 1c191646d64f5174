/**
 * Variables by which an image would change the runner's own Node or its loader. A runtime takes them out of the
 * container's environment (Docker: an entry of Env without `=`) and gives the values that the image or the step has for
 * them in the spec alone, so that the command sees them as ever.
 */
export const RUNNER_HAZARDS = [
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_DEBUG',
  'LD_BIND_NOW',
  'GLIBC_TUNABLES',
  'MALLOC_ARENA_MAX',
  'NODE_OPTIONS',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_V8_COVERAGE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
  'NODE_PENDING_DEPRECATION',
  'NODE_REDIRECT_WARNINGS',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'UV_THREADPOOL_SIZE',
  'UV_USE_IO_URING',
] as const
