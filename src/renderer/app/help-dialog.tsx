import { Dialog, Kbd } from '../components/index.ts'
import { setHelpOpen, useUi } from '../stores/index.ts'
import './help-dialog.css'
import { ALL_PLACES } from './routes.ts'

const GROUPS: readonly { title: string; keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['N', 'New run'],
      ['O', 'Run an operation'],
      ['Ctrl K', 'Search or run a command'],
      ['?', 'This help'],
      ['Esc', 'Close what is open'],
    ],
  },
  {
    title: 'Board',
    keys: [
      ['J', 'Next card'],
      ['K', 'Card before'],
      ['H', 'Lane to the left'],
      ['L', 'Lane to the right'],
      ['Enter', 'Open the run'],
      ['C', 'Cancel it'],
      ['R', 'Retry it'],
    ],
  },
  {
    title: 'Inbox',
    keys: [
      ['J', 'Next item'],
      ['K', 'Item before'],
      ['A', 'Allow once'],
      ['R', 'Refuse'],
      ['W', 'Wait longer'],
      ['K', 'Kill what is out of time'],
    ],
  },
  {
    title: 'Run',
    keys: [
      ['A', 'Allow once'],
      ['C', 'Cancel or stop it'],
      ['R', 'Retry it'],
      ['D', 'Show or hide the changes'],
      ['L', 'Log and back'],
      ['W', 'Wait longer'],
      ['K', 'Kill what is out of time'],
    ],
  },
  { title: 'Go to', keys: ALL_PLACES.map((place) => [`G ${place.key.toUpperCase()}`, place.name] as const) },
]

/** All keys on one page. */
export function HelpDialog() {
  const open = useUi((s) => s.helpOpen)
  return (
    <Dialog open={open} onOpenChange={setHelpOpen} title="Keys" width={620}>
      <div className="help">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, does]) => (
                <div key={keys + does}>
                  <dt>
                    {keys.split(' ').map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                    <span className="sr-only">{keys}</span>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
