/** Whether two runs are the same: what they are compared in, and the certificate of it. */
export { openParity, type Parity, type ParityOptions } from './parity.ts'
export type { MetricFact } from './facts.ts'
export { checkCertificate, type CertificateCheck } from './check-certificate.ts'
export { parsePublicKey } from './parse-key.ts'
