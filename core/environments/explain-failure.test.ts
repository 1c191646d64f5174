import { describe, expect, test } from 'vitest'
import { explainFailure } from './explain-failure.ts'

const NO_SOLUTION = 'error: No solution found when resolving dependencies\n  cause: '

/** Words of uv and pip as they came, the code that they stand for, and what the message must name. */
const SAID: [string, string, string][] = [
  [
    `${NO_SOLUTION}Because nosuch-pkg was not found in the package registry and you require nosuch-pkg, we can`,
    'package_unavailable',
    'nosuch-pkg',
  ],
  [
    `${NO_SOLUTION}Because only six<=1.17.0 is available and you require six>=99, we can conclude`,
    'package_unavailable',
    'six>=99',
  ],
  [
    `${NO_SOLUTION}Because there is no version of six==99 and you require six==99, we can`,
    'package_unavailable',
    'six>=99',
  ],
  [
    `${NO_SOLUTION}Because only zope-thing[foo]<=2 is available and you require zope-thing[foo]>2`,
    'package_unavailable',
    'Zope.Thing[foo]>2',
  ],
  [
    `${NO_SOLUTION}Because there is no version of contourpy{sys_platform == 'win32'}==99 and you`,
    'package_unavailable',
    'contourpy',
  ],
  [
    `${NO_SOLUTION}Because pywin32==306 has no wheels with a matching platform tag (e.g.,`,
    'package_unavailable',
    'pywin32',
  ],
  [
    `${NO_SOLUTION}Because the requested Python version (>=3.9) does not satisfy Python>=3.12 and numpy>=2.5.0rc1 depends on Python>=3.12, we can`,
    'package_unavailable',
    'numpy',
  ],
  [
    `${NO_SOLUTION}Because scikit-learn==1.5.0 depends on scipy>=1.6.0 and you require scikit-learn==1.5.0`,
    'package_unavailable',
    'scikit-learn',
  ],
  [
    'ERROR: Could not find a version that satisfies the requirement pywin32==306 (from versions: none)\nERROR: No matching distribution found for pywin32==306',
    'package_unavailable',
    'pywin32',
  ],
  [
    'error: Request failed after 3 retries in 6.2s\n  cause: Failed to fetch: http://127.0.0.1:9/simple/six/\n  cause: error sending request for url (http://127.0.0.1:9/simple/six/)\n  cause: client error (Connect)\n  cause: tcp connect error\n  cause: Connection refused (os error 111)',
    'network_unavailable',
    '(127.0.0.1:9)',
  ],
  [
    '  cause: dns error\n  cause: error resolving DNS\n  cause: failed to lookup address information: Name or service not known',
    'network_unavailable',
    'cannot be reached',
  ],
  [
    `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f2f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/six/\nERROR: No matching distribution found for six`,
    'network_unavailable',
    'cannot be reached',
  ],
  ['  cause: invalid peer certificate: UnknownIssuer', 'network_unavailable', 'certificate'],
  [
    'error: Failed to download `six==1.17.0`\n  cause: Hash mismatch for `six==1.17.0`\n\n  Expected:',
    'environment_failed',
    'six',
  ],
  ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you', 'environment_failed', 'hash'],
  [
    'error: Failed to build `pandas==0.1`\n  cause: The build backend returned an error',
    'environment_failed',
    'pandas',
  ],
  ['  cause: failed to write to file: No space left on device (os error 28)', 'disk_full', 'disk is full'],
  ['something else went wrong', 'environment_failed', 'something else went wrong'],
  ['', 'environment_failed', 'the installer failed'],
]

describe('explainFailure', () => {
  test.each(SAID)('%j', (output, code, named) => {
    const problem = explainFailure({ what: 'It could not be done', output, asked: ['six>=99', 'Zope.Thing[foo]>2'] })
    expect(problem.code).toBe(code)
    expect(problem.message).toContain(named)
    expect(problem.message).toMatch(/^It could not be done: /)
    expect(problem.details).toBe(output)
  })
})
