import { ArrowLeft, Globe, KeyRound, MonitorSmartphone, Palette, UserRound } from 'lucide-react'
import { t } from '../../i18n/t'
import { useMe } from '../../realtime/hooks'
import { IconButton } from '../../ui/button'
import { Link } from '../../ui/link'
import { NotFound } from '../../ui/not-found'
import { navigate } from '../../ui/router'
import { AppearanceSettings } from './appearance-settings'
import { PasswordSettings } from './password-settings'
import { ProfileSettings } from './profile-settings'
import { SessionSettings } from './session-settings'
import { SiteSettings } from './site-settings'

const sections = [
  { id: 'profile', label: 'settings.profile', Icon: UserRound, Body: ProfileSettings },
  { id: 'password', label: 'settings.password', Icon: KeyRound, Body: PasswordSettings },
  { id: 'sessions', label: 'settings.sessions', Icon: MonitorSmartphone, Body: SessionSettings },
  { id: 'appearance', label: 'settings.appearance', Icon: Palette, Body: AppearanceSettings },
  { id: 'site', label: 'settings.site', Icon: Globe, Body: SiteSettings },
] as const

/** One's account, this device, and for those who run it the site. */
export function SettingsPage({ section }: { readonly section: string | undefined }) {
  const me = useMe()
  const runsSite = me?.role === 'owner' || me?.role === 'admin'
  const shown = sections.filter(({ id }) => id !== 'site' || runsSite)
  const current = shown.find(({ id }) => id === (section ?? 'profile'))

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-[52px] flex-none items-center gap-2 border-b border-line px-3 max-sm:px-1">
        <IconButton label={t('settings.close')} onClick={() => navigate('/')}>
          <ArrowLeft size={19} aria-hidden />
        </IconButton>
        <h1 className="name flex-1 font-semibold">{t('settings.title')}</h1>
      </header>
      <div className="flex min-h-0 flex-1 max-md:flex-col">
        <nav
          aria-label={t('settings.title')}
          className="flex flex-none gap-0.5 p-3 max-md:overflow-x-auto max-md:border-b max-md:border-line max-md:py-2 md:w-52 md:flex-col"
        >
          {shown.map(({ id, label, Icon }) => (
            <Link
              key={id}
              href={`/settings/${id}`}
              replace
              aria-current={id === current?.id ? 'page' : undefined}
              className={`flex min-h-9 flex-none items-center gap-2.5 rounded-field px-3 text-[14px] pointer-coarse:min-h-11 ${id === current?.id ? 'bg-selected' : 'text-ink-2 hover:bg-hover'}`}
            >
              <Icon size={16} aria-hidden className="text-ink-3" />
              {t(label)}
            </Link>
          ))}
        </nav>
        <div className="min-h-0 flex-1 overflow-y-auto">
          {current ? (
            <div className="max-w-[560px] px-6 py-5 max-sm:px-4">
              <h2 className="mb-1 text-title font-semibold">{t(current.label)}</h2>
              <current.Body />
            </div>
          ) : (
            <NotFound />
          )}
        </div>
      </div>
    </div>
  )
}
