import type { CauseRule } from './rule.ts'

/** What is wrong with images, registries and the way to them. */
export const IMAGES: readonly CauseRule[] = [
  {
    id: 'wrong-platform',
    pattern: /exec format error|does not match the (?:specified|detected host) platform/,
    cause: 'an image is for another processor than the one of this machine',
    fix: 'use an image of nodes for this platform, and look whether DOCKER_DEFAULT_PLATFORM is set',
  },
  {
    id: 'rate-limit',
    pattern: /toomanyrequests|429 Too Many Requests/i,
    cause: 'the registry allows no more pulls for now',
    fix: 'log in with docker login, wait some hours, or name a mirror in the setting cluster.nodeImage',
  },
  {
    id: 'proxy',
    pattern: /proxyconnect tcp|Proxy Authentication Required/i,
    cause: 'the proxy between here and the registry does not answer or refuses',
    fix: 'check HTTPS_PROXY of the engine and of the core; a proxy on the loopback cannot be reached from nodes',
  },
  {
    id: 'node-proxy',
    pattern: /:6443\/\S* *:? *(?:tls: failed to verify certificate: )?x509: certificate signed by unknown authority/,
    cause: 'a proxy stands between the node and its own API server',
    fix: 'add the name of the node, such as local-cluster-control-plane, to NO_PROXY',
  },
  {
    id: 'certificate',
    pattern: /x509: certificate signed by unknown authority/,
    cause: 'somebody between here and the registry answers with a certificate that is not known here',
    fix: 'make the engine trust the certificate authority of your network',
  },
  {
    id: 'name-lookup',
    pattern: /lookup \S+(?: on \S+)?: (?:no such host|server misbehaving|\S.*i\/o timeout|Temporary failure)/,
    cause: 'the name of the registry cannot be looked up',
    fix: 'check the network and its DNS; behind a proxy tell the engine of it; without a network name an image that is here',
  },
  {
    id: 'image-missing',
    pattern: /manifest unknown|manifest for \S+ not found|pull access denied|repository does not exist/i,
    cause: 'the registry has no such image of nodes, or wants a login for it',
    fix: 'check its name, or log in with docker login',
  },
  {
    id: 'pod-image',
    pattern: /ErrImagePull|ImagePullBackOff/,
    cause: 'the image of a pod of the cluster could not be pulled',
    fix: 'see which one in the events, and check that the nodes reach its registry',
  },
  {
    id: 'kind-config',
    pattern: /unable to decode config|invalid configuration|unknown apiVersion|error converting YAML/i,
    cause: 'kind does not accept the configuration file',
    fix: 'put the place right that it names, or leave the file out',
  },
]
