// `npm run build:runner`: the step runner as a bundle, then as an image for each platform. `--bundle` stops after the
// bundle, `--platform linux/arm64` builds for that one alone.
import { parseArgs } from 'node:util'
import { bundleRunner, RUNNER_BUNDLE } from './bundle-runner.ts'
import { buildRunnerImage, PLATFORMS } from './runner-images.ts'

const { values } = parseArgs({
  options: { bundle: { type: 'boolean', default: false }, platform: { type: 'string', multiple: true } },
})
const bytes = await bundleRunner()
console.log(`${RUNNER_BUNDLE}: ${bytes.length} bytes`)
for (const platform of values.bundle ? [] : (values.platform ?? PLATFORMS)) {
  try {
    console.log(`${platform}: ${buildRunnerImage(platform)}`)
  } catch (error) {
    console.error(`${platform}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
