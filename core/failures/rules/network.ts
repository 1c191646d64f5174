import type { FailureRule } from '../rule.ts'

const HOST = String.raw`[\w.-]{1,200}`
/** Names and addresses that mean the machine, the container or the pod itself. */
const ITSELF = /\blocalhost\b|\b127\.0\.0\.1\b|\[?::1\]?|\b0\.0\.0\.0\b/

/** What does not answer, is not found, is not trusted, or lets nobody in. */
export const NETWORK: readonly FailureRule[] = [
  {
    id: 'network-off',
    places: ['answered', 'printed'],
    pattern:
      /name resolution|Name or service not known|Could not resolve host|Failed to resolve|Network is unreachable|getaddrinfo|ENOTFOUND|EAI_AGAIN|ENETUNREACH/,
    facts: ({ evidence: { network } }) => (network ? undefined : {}),
    sentence: 'The program asks for the network, and the step has none.',
    cause: 'The step says network: false.',
    fix: 'Take network: false out of the step, or give it what it loads as an input.',
  },
  {
    id: 'proxy',
    places: ['answered', 'printed'],
    pattern:
      /Cannot connect to proxy|Unable to connect to proxy|Tunnel connection failed|407 Proxy Authentication Required|HTTP code 407 from proxy|Could not resolve proxy|ProxyConnectionError|CONNECT tunnel failed/,
    sentence: 'The proxy does not let the program out.',
    cause:
      'It cannot be reached from where the step runs, or wants a login; a proxy on localhost of the laptop is not there in a container.',
    fix: 'Correct HTTP_PROXY and HTTPS_PROXY, and add names that need none to NO_PROXY: in env of the step for containers, else in your shell.',
  },
  {
    id: 'certificate',
    places: ['answered', 'printed'],
    pattern:
      /CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSL certificate problem|certificate verify failed|x509: certificate signed by unknown authority|self[- ]signed certificate in certificate chain|UNABLE_TO_VERIFY_LEAF_SIGNATURE|server certificate verification failed/,
    sentence: 'The certificate of a server is not trusted.',
    cause:
      'It, or a proxy on the way, shows a certificate of an authority that the image or the environment does not know; a wrong clock does the same.',
    fix: 'Give the step the certificates of your network: name their file in SSL_CERT_FILE and REQUESTS_CA_BUNDLE in env.',
  },
  {
    id: 'name-lookup',
    places: ['answered', 'printed'],
    pattern: new RegExp(
      String.raw`Failed to resolve '(?<a>${HOST})'|Could not resolve host: (?<b>${HOST})|(?:ENOTFOUND|EAI_AGAIN) (?<c>${HOST})|lookup (?<d>${HOST})(?: on \S{1,60})?: no such host|Temporary failure in name resolution|Name or service not known|nodename nor servname provided|No address associated with hostname|NXDOMAIN|Temporary failure resolving|Unknown host`,
    ),
    facts: ({ groups: { a, b, c, d } }) => ({ host: a ?? b ?? c ?? d ?? 'of a server' }),
    sentence: 'The name {host} could not be looked up.',
    cause:
      'It is misspelt, or the DNS where the step runs does not know it or cannot be reached: a container or pod has another DNS than a laptop.',
    fix: 'Check the name and the network of the target; names of a VPN or of /etc/hosts are not known in a cluster.',
  },
  {
    id: 'localhost',
    places: ['answered', 'printed'],
    pattern: /Connection refused|ConnectionRefusedError|ECONNREFUSED|Failed to connect to|actively refused/,
    facts: ({ line, evidence: { runtime } }) => {
      return runtime !== 'process' && ITSELF.test(line.text) ? {} : undefined
    },
    sentence: 'The program looks for a server on localhost, and nothing listens there.',
    cause: 'In a container or pod, localhost is that container or pod, not the machine around it.',
    fix: 'Name the server by an address that is reachable from there: host.docker.internal or the address of the machine, or a service of the cluster.',
  },
  {
    id: 'connection-refused',
    places: ['answered', 'printed'],
    pattern: /Connection refused|ConnectionRefusedError|ECONNREFUSED|actively refused|Couldn't connect to server/,
    sentence: 'A server refused the connection.',
    cause: 'Nothing listens at that address and port, or something in between turns it away.',
    fix: 'Check that the server runs and that address and port are right, seen from where the step runs.',
  },
  {
    id: 'connection-timeout',
    places: ['answered', 'printed'],
    pattern:
      /Connection timed out|ConnectTimeout|ReadTimeout\b|Read timed out|ETIMEDOUT|Operation timed out after|TimeoutError: (?:timed out|\[Errno (?:110|60)\])|^(?:[\w.]{1,100}\.)?timeout: timed out|Connection timeout after/,
    sentence: 'A server did not answer in time.',
    cause: 'It is down or slow, or a firewall between it and the step drops what is sent.',
    fix: 'Try the address from where the step runs; retry.limit lets the step try again by itself.',
  },
  {
    id: 'network-unreachable',
    places: ['answered', 'printed'],
    pattern: /Network is unreachable|No route to host|ENETUNREACH|EHOSTUNREACH/,
    sentence: 'There is no way to the server from where the step runs.',
    cause: 'The machine, container or pod has no route there: it is offline, or a policy of the network forbids it.',
    fix: 'Check the network of the target (VPN, NetworkPolicy), or give the step what it loads as an input.',
  },
  {
    id: 'credentials-missing',
    places: ['raised', 'printed'],
    pattern:
      /Unable to locate credentials|NoCredentialsError|DefaultCredentialsError|Could not automatically determine credentials|GatedRepoError|(?:api_key client option must be set)|No API[- ]key (?:provided|found|configured)|wandb: ERROR api_key not configured/,
    sentence: 'The program found no login for the service that it uses.',
    cause: 'Logins and keys of your account are not seen by steps: a step has only its own secrets.',
    fix: 'Set them with minisub secret set NAME KEY, and name them in secrets of the step.',
  },
  {
    id: 'access-denied',
    places: ['answered', 'printed'],
    pattern:
      /\b(?<status>401|403) (?:Client Error|Unauthorized|Forbidden)|HTTP Error (?<code>401|403)|\((?<s3>AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)\)/,
    facts: ({ groups: { status, code, s3 } }) => ({ answer: status ?? code ?? s3 ?? '' }),
    sentence: 'A server does not let the program in.',
    cause: 'It answered {answer}: the login is missing, wrong or over, or has no right to this.',
    fix: 'Check the secrets of the step and their rights; set new ones with minisub secret set.',
  },
  {
    id: 'server-rate-limit',
    places: ['answered', 'printed'],
    pattern: /429 (?:Client Error|Too Many Requests)|HTTP Error 429|RateLimitError/,
    sentence: 'A server lets the program ask no more for now.',
    cause: 'Too many requests came from it or from others with the same address or account.',
    fix: 'Lower parallelism of the step, log in where the server allows more then, or let it wait with retry and a backoff.',
  },
  {
    id: 'download-missing',
    places: ['answered', 'printed'],
    pattern:
      /\b404 (?:Client Error|Not Found)|HTTP Error 404|The requested URL returned error: 404|RepositoryNotFoundError/,
    sentence: 'What the program loads is not at its address.',
    cause: 'The server answered 404: the address is wrong, it has moved, or only who is logged in sees it.',
    fix: 'Correct the address, and keep what does not change as a file beside the pipeline or as an input.',
  },
]
