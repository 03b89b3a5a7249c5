import { t } from '../i18n/t'
import { Button } from './button'
import { Empty } from './empty'
import { navigate } from './router'

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Empty title={t('notFound.title')} body={t('notFound.body')}>
      <Button tone="primary" onClick={() => navigate('/', 'replace')}>
        {t('notFound.home')}
      </Button>
    </Empty>
  )
}
