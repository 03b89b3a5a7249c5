import { Flame, MessageCircle, Settings2, UserPlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t'
import { useSite } from '../../realtime/site'
import { openOverlay } from '../../ui/overlays'
import { navigate } from '../../ui/router'

/** What the owner of a new site finds: three real steps. */
export function OwnerSteps() {
  const site = useSite()
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="m-auto w-full max-w-[460px] px-5 py-8">
        <Flame size={36} className="mb-4 text-primary" aria-hidden />
        <h1 className="text-page font-semibold tracking-[-0.01em]">{t('welcome.title')}</h1>
        <p className="mt-1 text-ink-2">{t('welcome.body')}</p>
        <ol className="mt-6 divide-y divide-line overflow-hidden rounded-box border border-line bg-raised">
          <Step
            icon={<Settings2 size={18} aria-hidden />}
            title={t('welcome.name')}
            body={t('welcome.nameBody', { name: site?.name ?? t('app.name') })}
            onPress={() => navigate('/settings/site')}
          />
          <Step
            icon={<MessageCircle size={18} aria-hidden />}
            title={t('welcome.room')}
            body={t('welcome.roomBody')}
            onPress={() => openOverlay({ kind: 'createRoom' })}
          />
          <Step
            icon={<UserPlus size={18} aria-hidden />}
            title={t('home.writeSomeone')}
            body={t('welcome.direct')}
            onPress={() => openOverlay({ kind: 'startDirect' })}
          />
        </ol>
      </div>
    </div>
  )
}

type StepProps = {
  readonly icon: ReactNode
  readonly title: string
  readonly body: string
  readonly onPress: () => void
}

function Step({ icon, title, body, onPress }: StepProps) {
  return (
    <li>
      <button
        type="button"
        className="flex w-full items-center gap-4 px-4 py-3.5 text-left hover:bg-hover"
        onClick={onPress}
      >
        <span className="flex size-9 flex-none items-center justify-center rounded-full bg-primary/12 text-primary">
          {icon}
        </span>
        <span className="min-w-0">
          <span className="block font-medium">{title}</span>
          <span className="block text-meta text-ink-3">{body}</span>
        </span>
      </button>
    </li>
  )
}
