import { t } from '../../i18n/t'
import { setAppearance, useAppearance } from '../../ui/appearance'
import { Choices } from '../../ui/field'

/** Theme and density of this device. */
export function AppearanceSettings() {
  const { theme, density } = useAppearance()
  return (
    <div className="flex flex-col gap-6">
      <p className="text-ink-2">{t('appearance.lead')}</p>
      <Choices
        legend={t('appearance.theme')}
        name="theme"
        choices={[
          { value: 'system', label: t('appearance.system') },
          { value: 'light', label: t('appearance.light') },
          { value: 'dark', label: t('appearance.dark') },
        ]}
        value={theme}
        onChange={(next) => setAppearance({ theme: next })}
      />
      <Choices
        legend={t('appearance.density')}
        name="density"
        choices={[
          { value: 'comfortable', label: t('appearance.comfortable') },
          { value: 'compact', label: t('appearance.compact') },
        ]}
        value={density}
        onChange={(next) => setAppearance({ density: next })}
      />
    </div>
  )
}
