import { Check } from 'lucide-react'
import { t } from '../../i18n/t'
import { Button } from '../../ui/button'

type Props = { readonly busy: boolean; readonly saved: boolean; readonly disabled: boolean; readonly label?: string }

/** Saves a form and says so beside the button. */
export function SaveRow({ busy, saved, disabled, label = t('action.save') }: Props) {
  return (
    <div className="flex items-center gap-3">
      <Button type="submit" tone="primary" busy={busy} disabled={disabled}>
        {label}
      </Button>
      <span role="status" className="flex items-center gap-1 text-[14px] text-success">
        {saved && (
          <>
            <Check size={16} aria-hidden />
            {t('action.saved')}
          </>
        )}
      </span>
    </div>
  )
}
