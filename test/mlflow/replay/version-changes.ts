import { get, patch, post, remove, type ReplayRequest } from './request.ts'

const PATH = 'model-versions/'
const V = { name: 'v-one', version: '1' }

/** Versions are described, tagged, and move from stage to stage. */
export const CHANGED: readonly ReplayRequest[] = [
  patch('a version is described', `${PATH}update`, { ...V, description: 'changed' }),
  patch('a version that is not there is described', `${PATH}update`, {
    name: 'v-one',
    version: '99',
    description: 'x',
  }),
  post('a tag of a version', `${PATH}set-tag`, { ...V, key: 'k', value: 'v' }),
  post(
    'a tag of a version without key',
    `${PATH}set-tag`,
    { ...V, value: 'v' },
    { words: /^Missing value for required parameter 'key'/ },
  ),
  post('a tag of a version that is not there', `${PATH}set-tag`, {
    name: 'v-one',
    version: '99',
    key: 'k',
    value: 'v',
  }),
  remove('a tag of a version goes', `${PATH}delete-tag`, { ...V, key: 'k' }),
  remove('a tag of a version goes twice', `${PATH}delete-tag`, { ...V, key: 'k' }),
  post('a version to staging', `${PATH}transition-stage`, { ...V, stage: 'staging', archive_existing_versions: false }),
  post('another version to staging', `${PATH}transition-stage`, {
    name: 'v-one',
    version: '2',
    stage: 'Staging',
    archive_existing_versions: true,
  }),
  get('an archived version', `${PATH}get`, V),
  post('a version to production', `${PATH}transition-stage`, {
    name: 'v-one',
    version: '3',
    stage: 'Production',
    archive_existing_versions: false,
  }),
  post(
    'a version to no stage',
    `${PATH}transition-stage`,
    { ...V, stage: 'Bogus', archive_existing_versions: false },
    { words: /^Invalid Model Version stage/ },
  ),
  post('a version to nothing', `${PATH}transition-stage`, V),
  post('a version that is not there to staging', `${PATH}transition-stage`, {
    name: 'v-one',
    version: '99',
    stage: 'Staging',
    archive_existing_versions: false,
  }),
  post('a version of nobody to staging', `${PATH}transition-stage`, {
    name: 'nobody',
    version: '1',
    stage: 'Staging',
    archive_existing_versions: false,
  }),
  post('archiving what comes to no stage', `${PATH}transition-stage`, {
    ...V,
    stage: 'None',
    archive_existing_versions: true,
  }),
  get('latest versions in a model', 'registered-models/get', { name: 'v-one' }),
  post('latest versions', 'registered-models/get-latest-versions', { name: 'v-one' }),
  get('latest versions by GET', 'registered-models/get-latest-versions', { name: 'v-one' }),
  post('the latest in staging', 'registered-models/get-latest-versions', { name: 'v-one', stages: ['Staging'] }),
  post('the latest in no stage', 'registered-models/get-latest-versions', { name: 'v-one', stages: ['Bogus'] }),
  post('latest versions of nobody', 'registered-models/get-latest-versions', { name: 'nobody' }),
  get('places of registered models', 'registered-models/search', { filter: "name = 'v-one'" }),
]

/** Aliases of versions. */
export const ALIASES: readonly ReplayRequest[] = [
  post('an alias', 'registered-models/alias', { ...V, alias: 'champion' }),
  get('by alias', 'registered-models/alias', { name: 'v-one', alias: 'champion' }),
  post('an alias moves', 'registered-models/alias', { name: 'v-one', version: '2', alias: 'champion' }),
  get('a moved alias', 'registered-models/alias', { name: 'v-one', alias: 'champion' }),
  post('another alias', 'registered-models/alias', { name: 'v-one', version: '2', alias: 'Also_this-1' }),
  get('a version with aliases', `${PATH}get`, { name: 'v-one', version: '2' }),
  get('a model with aliases', 'registered-models/get', { name: 'v-one' }),
  get(
    'an alias that is not there',
    'registered-models/alias',
    { name: 'v-one', alias: 'nobody' },
    { words: /alias nobody not found/ },
  ),
  get('an alias of nobody', 'registered-models/alias', { name: 'nobody', alias: 'champion' }),
  ...['latest', 'LATEST', 'v1', 'V12', 'a b', 'a/b', 'a'.repeat(256)].map((alias) =>
    post(`alias ${alias.slice(0, 9)}`, 'registered-models/alias', { ...V, alias }),
  ),
  post('an empty alias', 'registered-models/alias', { ...V, alias: '' }),
  post('an alias for a version that is not there', 'registered-models/alias', {
    name: 'v-one',
    version: '99',
    alias: 'x',
  }),
  remove('an alias goes', 'registered-models/alias', { name: 'v-one', alias: 'Also_this-1' }),
  remove('an alias goes twice', 'registered-models/alias', { name: 'v-one', alias: 'Also_this-1' }),
  remove('an alias of nobody goes', 'registered-models/alias', { name: 'nobody', alias: 'x' }),
]
