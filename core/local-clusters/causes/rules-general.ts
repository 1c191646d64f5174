import type { CauseRule } from './rule.ts'

/** What several causes lead to: looked for when nothing tells more. */
export const GENERAL: readonly CauseRule[] = [
  {
    id: 'no-systemd',
    pattern: /could not find a log line that matches "[^"\n]*Multi-User System/,
    cause: 'a node did not come up: the engine may not run privileged containers, or the image is no image of nodes',
    fix: 'check that docker run --privileged works, use the usual image of nodes, and update the engine',
  },
  {
    id: 'node-ended',
    pattern: /cat \/kind\/version" failed with error|Container [0-9a-f]{12,64} is not running/,
    cause: 'a node ended right after it was started',
    fix: 'look at serial.log in the exported logs; often the engine lacks privileges or the image is no image of nodes',
  },
  {
    id: 'kubelet',
    pattern: /\[kubelet-check\] (?:The kubelet is not healthy|It seems like the kubelet isn't running)/,
    cause: 'the kubelet of a node did not get healthy',
    fix: 'look at kubelet.log in the exported logs; often cgroups, disk or memory of this machine are the reason',
  },
  {
    id: 'node-stopped',
    pattern: /failed(?:, | with error: )exit status (?:137|143)\b/,
    cause:
      'what ran in a node was ended from outside: the container engine stopped or was restarted, or memory ran out',
    fix: 'see that the engine runs and has 4 GB or more, then try again',
  },
  {
    id: 'api-server',
    pattern: /The API server is not healthy after|timed out waiting for the condition|context deadline exceeded/,
    cause: 'the API server was not ready in time',
    fix: 'give the engine more processors and memory, or end other programs, then try again',
  },
]
