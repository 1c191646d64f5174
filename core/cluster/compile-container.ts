import {
  CONTAINER,
  POD_VARIABLES,
  podEntrypoint,
  RUNNER_HAZARDS,
  runnerHoldCommand,
  runnerInstallCommand,
} from '#core/attempts/index.ts'
import type { ResourceDefinition } from '#core/contract/definition.ts'
import type { ClusterImage } from '#core/environments/index.ts'
import type { StepState } from '#core/pipelines/index.ts'
import type { CompileContext } from './compile-context.ts'
import { statusName } from './compile-names.ts'
import { filled, type Container, type Template } from './compile-shapes.ts'
import type { StepPod } from './compile-spec.ts'

/** The volume that everything of a step lies in. */
export const WORK_VOLUME = { name: 'minisub', emptyDir: {} }
const WORK_MOUNT = { name: WORK_VOLUME.name, mountPath: CONTAINER.root }
const RUNNER_VOLUME = 'minisub-runner'
const INSTALLER = 'runner'
const SHM_VOLUME = 'minisub-shm'
/** Where the installer sees the volume of the runner. */
const INSTALL_FOLDER = '/mini-submarine-install'
/** What the runner itself may use beside the step, as in other containers. */
const RUNNER_MEMORY_BYTES = 64 * 2 ** 20
const PULL_POLICY = 'IfNotPresent'

type Containers = Pick<Template, 'container' | 'containerSet' | 'volumes'>

/** The image that a step's pods are started of. */
export function imageOf({ bound }: StepState, { input }: CompileContext): ClusterImage {
  const environment = bound.planned.definition.environment ?? ''
  const image = input.images[environment]
  if (image === undefined) throw new Error(`no image for the environment "${environment}"`)
  return image
}

/** The containers of a step's pods. Nothing in them was written by a user: that comes in the spec. */
export function containersOf(step: StepState, pod: StepPod, context: CompileContext): Containers {
  const image = imageOf(step, context)
  const { platform } = context.input.profile
  const { shm, ...resources } = step.bound.planned.definition.resources
  const hasInit = image.runner === 'copy'
  const isInstalled = hasInit && !context.input.imageVolumes
  const mounts = [
    ...(isInstalled ? [] : [WORK_MOUNT]),
    ...(hasInit ? [runnerMount(context)] : []),
    ...(shm === undefined ? [] : [{ name: SHM_VOLUME, mountPath: '/dev/shm' }]),
  ]
  const volumes = [
    ...(hasInit ? [runnerVolume(context)] : []),
    ...(isInstalled ? [WORK_VOLUME] : []),
    ...(shm === undefined ? [] : [{ name: SHM_VOLUME, emptyDir: { medium: 'Memory', sizeLimit: String(shm) } }]),
  ]
  const main = filled({
    image: image.reference,
    imagePullPolicy: PULL_POLICY,
    command: podEntrypoint(platform),
    env: environmentOf(step, pod, context),
    resources: resourcesOf(resources),
    volumeMounts: mounts,
  })
  return filled({ ...(isInstalled ? { containerSet: afterInstaller(main, context) } : { container: main }), volumes })
}

/**
 * Argo's emissary starts the step when the installer has ended well. The kubelet starts containers in their order, and
 * waits for the hook of one before it starts the next: so the installer has ended when the step looks, and no second is
 * lost, as it would be by an init container (the kubelet looks once a second whether one has ended).
 */
function afterInstaller(main: object, context: CompileContext): NonNullable<Template['containerSet']> {
  const containers = [installer(context), { name: 'main', dependencies: [INSTALLER], ...main }]
  // Argo writes artifacts into volumes of the set itself; those of its containers alone it does not know.
  return { volumeMounts: [WORK_MOUNT], containers }
}

function runnerImage({ input }: CompileContext): string {
  if (input.runnerImage === null) throw new Error('no image of the runner, which images without it need')
  return input.runnerImage
}

/** The image of the runner itself, or an empty folder that it is copied to. */
function runnerVolume(context: CompileContext): object {
  if (!context.input.imageVolumes) return { name: RUNNER_VOLUME, emptyDir: {} }
  return { name: RUNNER_VOLUME, image: { reference: runnerImage(context), pullPolicy: PULL_POLICY } }
}

function runnerMount({ input }: CompileContext): object {
  const mount = { name: RUNNER_VOLUME, mountPath: CONTAINER.runner, readOnly: true }
  return input.imageVolumes ? { ...mount, subPath: CONTAINER.runner.slice(1) } : mount
}

function installer(context: CompileContext): Container {
  const { platform } = context.input.profile
  return {
    name: INSTALLER,
    image: runnerImage(context),
    imagePullPolicy: PULL_POLICY,
    command: runnerHoldCommand(platform, INSTALL_FOLDER),
    lifecycle: { postStart: { exec: { command: runnerInstallCommand(platform, INSTALL_FOLDER) } } },
    volumeMounts: [{ name: RUNNER_VOLUME, mountPath: INSTALL_FOLDER }],
  }
}

function environmentOf(step: StepState, { spec }: StepPod, context: CompileContext): object[] {
  const { name, definition } = step.bound.planned
  const isRetried = definition.retry.limit > 0
  const image = imageOf(step, context)
  const statuses = [...spec.producers.entries()].filter(([, { status }]) => status === null)
  return [
    plain(POD_VARIABLES.run, context.run),
    plain(POD_VARIABLES.retry, isRetried ? '{{retries}}' : '0'),
    ...(spec.each.length === 0 ? [] : [argument(POD_VARIABLES.index, 'index'), argument(POD_VARIABLES.item, 'item')]),
    ...statuses.map(([index]) => argument(POD_VARIABLES.status(index), statusName(index))),
    ...Object.entries(spec.secrets).map(([variable, index]) => {
      const secretKeyRef = context.input.secrets[name]?.[variable]
      if (secretKeyRef === undefined) throw new Error(`no secret for ${variable} of ${name}`)
      return { name: POD_VARIABLES.secret(index), valueFrom: { secretKeyRef } }
    }),
    field(POD_VARIABLES.pod, 'metadata.name'),
    field(POD_VARIABLES.node, 'spec.nodeName'),
    ...RUNNER_HAZARDS.filter((hazard) => hazard in image.env).map((hazard) => plain(hazard, '')),
  ]
}

function plain(name: string, value: string): object {
  return { name, value }
}

function argument(name: string, parameter: string): object {
  return plain(name, `{{inputs.parameters.${parameter}}}`)
}

function field(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { fieldPath } } }
}

/** What a pod asks for is what it may use. */
function resourcesOf({ cpu, memory, gpu }: ResourceDefinition): object {
  const asked = filled({
    cpu: cpu === undefined ? undefined : `${Math.max(1, Math.round(cpu * 1000))}m`,
    memory: memory === undefined ? undefined : String(memory + RUNNER_MEMORY_BYTES),
    'nvidia.com/gpu': gpu === undefined || gpu === 0 ? undefined : String(gpu),
  })
  return filled({ requests: asked, limits: asked })
}
