import { Section } from './section.tsx'
import { SettingList } from './setting-list.tsx'

/** How the desktop app behaves on this data folder; whoever uses none is not concerned. */
export function Desktop() {
  return (
    <Section title="Desktop app" about="For the app on this machine that opens this data folder.">
      <SettingList prefix="desktop." />
    </Section>
  )
}
