import { Menu as Base } from '@base-ui/react/menu'
import type { MenuEntry, MenuProps } from './menu'

/** A menu that was opened once: from then on the library has it. */
export function MenuPopup({ trigger, entries, side = 'bottom', align = 'end' }: MenuProps) {
  return (
    <Base.Root defaultOpen modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="z-50 outline-none" side={side} align={align} sideOffset={4} collisionPadding={8}>
          <Base.Popup className="popup appear min-w-48 max-w-72 origin-(--transform-origin) p-1.5 outline-none">
            {entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a menu's entries do not move while it is open.
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  if (entry === 'line') return <Base.Separator className="mx-1 my-1.5 h-px bg-line" />
  const { label, icon, danger, disabled, onSelect } = entry
  return (
    <Base.Item className="menu-item" data-tone={danger ? 'danger' : undefined} disabled={disabled} onClick={onSelect}>
      {icon && <span className={danger ? '' : 'text-ink-2'}>{icon}</span>}
      <span className="name">{label}</span>
    </Base.Item>
  )
}
