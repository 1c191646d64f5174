import type { FailureRule, Found } from '../rule.ts'

const OF_IMAGES = /\b(?:pull|unpack|image|registry)|ImagePull/i
/** Those have names too, which may hold such words. */
const OF_OTHERS =
  /\b(?:secret|configmap|persistentvolumeclaim|serviceaccount|volume) "|unmounted volumes=|OCI runtime|create containerd task/i

/** What says so of other things than images is none of these. */
const ofImages = ({ line: { text } }: Found): Record<string, never> | undefined => {
  return OF_IMAGES.test(text) && !OF_OTHERS.test(text) ? {} : undefined
}

/** Images that cannot be had, as Docker, containerd and the kubelet tell of it. */
export const IMAGES: readonly FailureRule[] = [
  {
    id: 'image-rate-limit',
    places: ['told'],
    pattern: /toomanyrequests|429 Too Many Requests|allows no more pulls for now/i,
    sentence: 'The registry lets nobody pull more images from here for now.',
    cause: 'It counts pulls by account and address, and too many came.',
    fix: 'Log in with docker login (for a cluster name its secret with minisub target edit NAME --image-pull-secret), use a mirror, or wait some hours.',
  },
  {
    id: 'image-platform',
    places: ['told'],
    pattern:
      /no match for platform in manifest|no matching manifest for|has no build for|is for another platform|is for \S{1,60}, which the engine cannot run|image operating system .{1,60} cannot be used/i,
    sentence: 'The image of the step is not built for the processor that it is to run on.',
    cause:
      'Its registry has it for other platforms only: an image from a laptop with ARM does not run on nodes with amd64.',
    fix: 'Choose an image for that platform, or build it for both, such as with docker buildx build --platform linux/amd64,linux/arm64.',
  },
  {
    id: 'image-disk',
    places: ['told'],
    pattern: /no space left on device|disk quota exceeded/i,
    facts: ofImages,
    sentence: 'There is no room for the image on the disk where it is pulled.',
    cause: 'The disk of the node, or of the container engine, is full.',
    fix: 'Free space there (docker system df), take a smaller image, or let who runs the cluster give its nodes more disk; then run again.',
  },
  {
    id: 'image-certificate',
    places: ['told'],
    pattern: /x509: |tls: failed to verify certificate|certificate signed by unknown authority/i,
    facts: ofImages,
    sentence: 'The certificate of the registry is not trusted where the image is pulled.',
    cause: 'The registry, or a proxy on the way to it, shows a certificate of an authority that is not known there.',
    fix: 'Make the nodes, or the container engine, trust that authority.',
  },
  {
    id: 'image-plain-http',
    places: ['told'],
    pattern: /server gave HTTP response to HTTPS client/,
    sentence: 'The registry of the image speaks HTTP without TLS.',
    cause: 'Whoever pulls asks for HTTPS unless told otherwise, and got another answer.',
    fix: 'Name the registry as insecure where it is pulled (insecure-registries of Docker, hosts.toml of containerd), or give it TLS.',
  },
  {
    id: 'image-login',
    places: ['told'],
    pattern:
      /pull access denied|insufficient_scope|40[13] (?:Unauthorized|Forbidden)|no basic auth credentials|authentication required|asks for a login|unauthorized: /i,
    facts: ofImages,
    sentence: 'The registry does not give the image to who asks.',
    cause:
      'The image is private and no login was sent, or there is no image of that name: registries answer alike to both.',
    fix: 'Check the name; log in with docker login, and for a cluster name a secret with minisub target edit NAME --image-pull-secret.',
  },
  {
    id: 'image-unreachable',
    places: ['told'],
    pattern:
      /no such host|i\/o timeout|connection refused|no route to host|network is unreachable|TLS handshake timeout|context deadline exceeded|cannot be reached|Temporary failure|server misbehaving|\bEOF\b/i,
    facts: ofImages,
    sentence: 'The registry of the image cannot be reached from where it is pulled.',
    cause:
      'Its name is not known there, or nothing answers at its address: nodes may have another network than this machine.',
    fix: 'Check the name of the registry, and DNS, proxy and firewall of the nodes or of the container engine.',
  },
  {
    id: 'image-missing',
    places: ['told'],
    pattern: /not found|manifest unknown|does not exist|no such image|is not there any more/i,
    facts: ofImages,
    sentence: 'The registry has no such image.',
    cause: 'Its name or its tag is wrong, or it was never pushed, or it was deleted.',
    fix: 'Correct the image of the environment, or push it, then run again.',
  },
  {
    id: 'image-name',
    places: ['told'],
    pattern: /InvalidImageName|couldn't parse image (?:name|reference)|is not the name of an image/,
    sentence: 'The name of the image is not valid.',
    cause: 'Names of images are lower-case, such as registry.example/team/image:tag.',
    fix: 'Correct the image of the environment.',
  },
  {
    id: 'image-never-pulled',
    places: ['told'],
    pattern: /ErrImageNeverPull|not present with pull policy of Never/,
    sentence: 'The image is not on the node, and nobody may pull it there.',
    cause: 'The pull policy of the pod is Never.',
    fix: 'Load the image into the nodes, or let the policy be IfNotPresent.',
  },
  {
    id: 'image-pull',
    isGeneral: true,
    places: ['told'],
    pattern: /ImagePullBackOff|ErrImagePull|Failed to pull image|Back-off pulling image/,
    sentence: 'The image of the step could not be pulled.',
    cause: 'The cluster tries again and again; its words do not say what is wrong.',
    fix: 'Look at the events of the pod (the tab Pod, or kubectl describe pod), and check the name, the login and the way to the registry.',
  },
]
