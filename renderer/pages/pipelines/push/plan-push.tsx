import { Button, Modal } from '@mantine/core'
import { CloudUpload } from 'lucide-react'
import { useState } from 'react'
import type { StartRequest } from '../use-start-form.ts'
import { PushDialog } from './push-dialog.tsx'

type PlanPushProps = {
  readonly isDisabled: boolean
  /** What is to be planned; undefined where a field is wrong. */
  readonly onPlan: () => StartRequest | undefined
}

/** A button that opens the plan of a push to a cluster; what pushes stands below it. */
export function PlanPush({ isDisabled, onPlan }: PlanPushProps) {
  const [request, setRequest] = useState<StartRequest>()
  const [isBusy, setIsBusy] = useState(false)
  const close = () => setRequest(undefined)
  return (
    <>
      <Button
        variant="default"
        disabled={isDisabled}
        leftSection={<CloudUpload size={16} aria-hidden />}
        onClick={() => setRequest(onPlan())}
      >
        Plan a push
      </Button>
      <Modal
        opened={request !== undefined}
        onClose={close}
        size="90%"
        title={`Push to ${request?.target ?? ''}`}
        // A push is given up by its button, not by a stray key.
        closeOnEscape={!isBusy}
        closeOnClickOutside={!isBusy}
        withCloseButton={!isBusy}
      >
        {request !== undefined && <PushDialog request={request} onClose={close} onBusy={setIsBusy} />}
      </Modal>
    </>
  )
}
