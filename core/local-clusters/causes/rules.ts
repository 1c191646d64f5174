import type { CauseRule } from './rule.ts'
import { IMAGES } from './rules-images.ts'

const ENGINE: readonly CauseRule[] = [
  {
    id: 'engine-client-missing',
    pattern: /exec: "(?:docker|podman|nerdctl)": executable file not found/,
    cause: 'kind found no docker or podman program on PATH',
    fix: 'install the command line of the engine, beside the engine itself',
  },
  {
    id: 'socket-denied',
    pattern: /permission denied while trying to connect to the docker/i,
    cause: 'this user may not use the socket of the container engine',
    fix: 'add the user to the group docker and log in again, or use a rootless engine',
  },
  {
    id: 'engine-stopped',
    pattern:
      /cannot connect to the docker daemon|failed to connect to the docker api|is the docker daemon running|cannot connect to podman/i,
    cause: 'the container engine does not run, or it stopped meanwhile',
    fix: 'start the engine, then try again',
  },
  {
    id: 'snap-docker',
    pattern: /invalid output path: directory "\/tmp|\/snap\/bin\/docker|\/var\/snap\/docker\//,
    cause: 'Docker was installed as a snap, which cannot see the temporary files of other programs',
    fix: 'install Docker from its own packages, or set TMPDIR to a folder in your home for the core',
  },
  {
    id: 'rootless-delegate',
    pattern: /requires setting systemd property "?Delegate=yes/,
    cause: 'the rootless engine may not hand cgroup controllers on to its containers',
    fix: 'set Delegate=yes for user@.service as https://kind.sigs.k8s.io/docs/user/rootless/ says, and log in again',
  },
  {
    id: 'cgroup-v1',
    pattern: /rootless provider requires cgroup v2|configured to not run on a host using cgroup v1/,
    cause: 'this machine uses cgroup v1, on which the nodes do not run',
    fix: 'start it with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or use an image of nodes up to v1.34',
  },
]

const MACHINE: readonly CauseRule[] = [
  {
    id: 'inotify',
    pattern: /too many open files|Failed to create inotify object|inotify_add_watch\S*:? no space left on device/i,
    cause: 'the limit of inotify watches or instances of this machine is used up',
    fix: 'raise it with sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512',
  },
  {
    id: 'disk-full',
    pattern: /no space left on device|disk quota exceeded/i,
    cause: 'the disk of the container engine is full',
    fix: 'free space there, such as with docker system prune, then try again',
  },
  {
    id: 'out-of-memory',
    // A limit of one container is told as `Memory cgroup out of memory`.
    pattern: /Out of memory: Kill|constraint=CONSTRAINT_NONE|System OOM encountered|[Cc]annot allocate memory/,
    cause: 'the memory ran out, and the system ended processes of the cluster',
    fix: 'give the engine 4 GB or more, or end other programs',
  },
  {
    id: 'port-taken',
    pattern: /port is already allocated|address already in use|ports are not available/i,
    cause: 'a port of this machine that the cluster needs is taken',
    fix: 'choose another port in the form, or leave it out so that a free one is chosen',
  },
  {
    id: 'subnets',
    pattern: /non-overlapping IPv4 address pool|all predefined address pools have been|pool overlaps with other one/i,
    cause: 'the engine has no subnet left for the network of the cluster',
    fix: 'remove networks that nobody needs with docker network prune, or name more in default-address-pools',
  },
  {
    id: 'name-taken',
    pattern: /node\(s\) already exist for a cluster with the name|container name "[^"]*" is already in use/i,
    cause: 'there is a cluster of this name that was not made here',
    fix: 'choose another name, or remove that one with kind delete cluster --name NAME',
  },
  {
    id: 'kernel-modules',
    pattern: /can't initialize iptables table|could not insert 'ip6?_tables'/,
    cause: 'the kernel has not loaded the modules that the network of pods needs',
    fix: 'load them with sudo modprobe ip_tables ip6_tables iptable_nat, then try again',
  },
  {
    id: 'file-system',
    pattern: /failed to get rootfs info|failed to mount rootfs component/,
    cause: 'the nodes cannot work with the file system of the engine, such as btrfs or zfs',
    fix: 'move the data of the engine to ext4 or xfs, or mount /dev/mapper with a configuration file of kind',
  },
  {
    id: 'swap',
    pattern: /failed to run Kubelet: running with swap on is not supported/i,
    cause: 'the image of the nodes refuses to run with swap',
    fix: 'turn swap off with sudo swapoff -a, or use the usual image of nodes',
  },
]

/** What points to one cause, the more telling first. */
export const SPECIFIC: readonly CauseRule[] = [...ENGINE, ...MACHINE, ...IMAGES]
