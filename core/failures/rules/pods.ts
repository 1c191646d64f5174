import type { FailureRule } from '../rule.ts'

/** Pods that are not taken, do not start, or are refused what they ask for. */
export const PODS: readonly FailureRule[] = [
  {
    id: 'quota',
    places: ['told'],
    pattern:
      /exceeded quota: (?<quota>[^,]{1,100}), requested: (?<requested>.{1,200}?), used: (?<used>.{1,200}?), limited: (?<limited>[^)]{1,200})/,
    sentence: 'The quota {quota} of the namespace has no room for the pod.',
    cause: 'It asks for {requested}; in use are {used} of {limited}.',
    fix: 'Ask for less in resources, lower the parallelism, wait for other pods to end, or let who runs the cluster raise the quota.',
  },
  {
    id: 'quota-wants-limits',
    places: ['told'],
    pattern: /failed quota: (?<quota>[^:]{1,100}): must specify (?<what>.{1,200})/,
    sentence: 'The quota {quota} of the namespace takes only pods that say what they use.',
    cause: 'The pod must specify {what}.',
    fix: 'Give the step resources with cpu and memory, or let who runs the cluster add a LimitRange with defaults.',
  },
  {
    id: 'limit-range',
    places: ['told'],
    pattern:
      /(?<rule>(?:maximum|minimum) [\w./-]{1,80} usage per (?:Container|Pod) is [^,\]]{1,60}, but (?:limit|request) is [^,\]\s]{1,60})/,
    sentence: 'The namespace has bounds for what a pod may ask for, and this one asks for another amount.',
    cause: 'Its LimitRange says: {rule}.',
    fix: 'Change resources of the step so that they are within the bounds.',
  },
  {
    id: 'pod-security',
    places: ['told'],
    pattern: /violates PodSecurity "(?<level>[^"]{1,60})": (?<fault>.{1,200})/,
    sentence: 'The namespace does not let such pods in.',
    cause: 'Its rules of Pod Security ({level}) refuse: {fault}.',
    fix: 'Take a namespace that enforces the level baseline, or let who runs the cluster allow it; minisub target test NAME shows the rules.',
  },
  {
    id: 'admission-webhook',
    places: ['told'],
    pattern: /admission webhook "(?<hook>[^"]{1,120})" denied the request: (?<fault>.{1,200})/,
    sentence: 'A policy of the cluster refused the pod.',
    cause: '{hook} says: {fault}',
    fix: 'Change what the policy names, or ask who runs the cluster.',
  },
  {
    id: 'service-account-missing',
    places: ['told'],
    pattern:
      /serviceaccount "(?<account>[^"]{1,120})" not found|error looking up service account (?<namespace>[^\s/]{1,80})/,
    sentence: 'The service account that pods are to use is not in the namespace.',
    cause: 'The target names one that was never made there, or that was deleted.',
    fix: 'Make it with minisub cluster install --target NAME, or name another with minisub target edit NAME.',
  },
  {
    id: 'rights-missing',
    places: ['told'],
    pattern:
      /(?:is forbidden: )?User "(?<user>[^"]{1,160})" cannot (?<verb>\w{1,20}) resource "(?<resource>[^"]{1,80})"/,
    sentence: 'The account that the pod runs as lacks a right in the cluster.',
    cause: '{user} may not {verb} {resource}.',
    fix: 'Give it that right; minisub cluster install --target NAME does so, minisub target test NAME shows what is missing.',
  },
  {
    id: 'secret-not-in-cluster',
    places: ['told'],
    pattern:
      /secret "(?<secret>[^"]{1,120})" not found|couldn't find key (?<key>\S{1,100}) in Secret (?<where>\S{1,160})/,
    facts: ({ groups }) => {
      const { secret, key, where } = groups
      return { what: secret === undefined ? `the key ${key} in the secret ${where}` : `the secret ${secret}` }
    },
    sentence: 'The pod needs {what}, which the namespace does not have.',
    cause: 'Secrets are looked for in the namespace of the target; this one was deleted or never made there.',
    fix: 'Make it there with kubectl create secret, or set it here with minisub secret set, and run again: then it goes along.',
  },
  {
    id: 'config-not-in-cluster',
    places: ['told'],
    pattern:
      /configmap "(?<config>[^"]{1,120})" not found|couldn't find key (?<key>\S{1,100}) in ConfigMap (?<where>\S{1,160})/,
    facts: ({ groups }) => {
      const { config, key, where } = groups
      return { what: config === undefined ? `the key ${key} in the ConfigMap ${where}` : `the ConfigMap ${config}` }
    },
    sentence: 'The pod needs {what}, which the namespace does not have.',
    cause: 'It was deleted or never made there.',
    fix: 'Make it in the namespace of the target, or run again where the run itself had made it.',
  },
  {
    id: 'root-image',
    places: ['told'],
    pattern: /image will run as root|image has non-numeric user|runAsNonRoot/,
    sentence: 'The pod may not run as root, and the image does, or cannot be shown not to.',
    cause: 'The image has no user, or one by name: only a number can be checked.',
    fix: 'Give the image a numeric user, such as USER 1000 in its Dockerfile.',
  },
  {
    id: 'gpu-runtime',
    places: ['told'],
    pattern:
      /nvidia-container-cli|could not select device driver|failed to inject CDI devices|no GPU to give to containers/,
    sentence: 'The container could not be given a GPU.',
    cause: 'The driver of NVIDIA or its container toolkit is missing on the machine, or they do not fit each other.',
    fix: 'Install or update both there (nvidia-smi must work first, restart after an update), or leave resources.gpu out.',
  },
  {
    id: 'volume-in-use',
    places: ['told'],
    pattern: /Multi-Attach error for volume "(?<volume>[^"]{1,120})"/,
    sentence: 'The volume {volume} is still attached to another node.',
    cause:
      'It can be attached to one node at a time, and a pod elsewhere has it, or a node that is gone did not give it back.',
    fix: 'Wait until the other pod has ended, or delete it; use a volume that many nodes can mount (ReadWriteMany).',
  },
  {
    id: 'volume-not-mounted',
    places: ['told'],
    pattern:
      /(?:MountVolume\.\w{1,40} failed for volume|Unable to attach or mount volumes: unmounted volumes=|FailedAttachVolume|AttachVolume\.Attach failed for volume) ?"?\[?(?<volume>[^"\]\s:]{1,120})/,
    sentence: 'A volume of the pod could not be mounted: {volume}.',
    cause: 'What it is made of is missing, or its storage does not answer.',
    fix: 'Look at the events of the pod (the tab Pod, or kubectl describe pod), and put right what they name.',
  },
  {
    id: 'pod-network',
    places: ['told'],
    pattern: /FailedCreatePodSandBox|[Ff]ailed to create pod sandbox|no IP addresses available in range/,
    sentence: 'The node could not give the pod a network.',
    cause: 'The network plugin of the cluster failed, or it has no free address left.',
    fix: 'Run again; if it stays so, let who runs the cluster look at its network plugin on that node.',
  },
  {
    id: 'container-not-started',
    isGeneral: true,
    places: ['told'],
    pattern:
      /(?:CreateContainerError|RunContainerError|CreateContainerConfigError|StartError|failed to create (?:containerd task|shim task)|OCI runtime create failed)(?<fault>.{0,200})/,
    sentence: 'The node could not start the container of the step.',
    cause: 'Its container runtime refused{fault}',
    fix: 'Put right what it names; kubectl describe pod has all of its words.',
  },
]
