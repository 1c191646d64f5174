import type { Resource } from '#core/runtimes/cluster.ts'

const ARGO = '/apis/argoproj.io/v1alpha1'

export const WORKFLOWS: Resource = { path: ARGO, plural: 'workflows' }
export const CRON_WORKFLOWS: Resource = { path: ARGO, plural: 'cronworkflows' }
export const WORKFLOW_TEMPLATES: Resource = { path: ARGO, plural: 'workflowtemplates' }
export const PODS: Resource = { path: '/api/v1', plural: 'pods' }
export const SECRETS: Resource = { path: '/api/v1', plural: 'secrets' }
export const CONFIG_MAPS: Resource = { path: '/api/v1', plural: 'configmaps' }
export const EVENTS: Resource = { path: '/api/v1', plural: 'events' }

/** The label that Argo gives to every pod of a Workflow. */
export const WORKFLOW_LABEL = 'workflows.argoproj.io/workflow'
/** Carried by all that a data folder makes in a cluster; its value is `homeId`. */
export const HOME_LABEL = 'mini-submarine/home'
/** Of a CronWorkflow and all that it makes: the id of the schedule. */
export const SCHEDULE_LABEL = 'mini-submarine/schedule'
/** Of the same: which of the things that a schedule has started in its life. */
export const VERSION_LABEL = 'mini-submarine/schedule-version'
/** Of all that a push makes in a cluster: the bucket that it lies in, as `storeId`. */
export const STORE_LABEL = 'mini-submarine/store'
/** Of Workflows that are not over. */
export const UNFINISHED = 'workflows.argoproj.io/completed!=true'
