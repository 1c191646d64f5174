import { z } from 'zod'

// zod would try `new Function`, which the policy of the page forbids. To be imported before anything that parses.
z.config({ jitless: true })
