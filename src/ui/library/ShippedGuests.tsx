/** The guests that ship with Ringside, by topic: start one, or make a copy to change. */
import { Pencil, Play } from 'lucide-react';
import { SHIPPED_TOPICS, type ShippedTopic } from '../../store/editor/shipped';
import { useEditorActions } from '../../store/editor/use-editor';
import { Button } from '../shared/Button';

type Shipped = ShippedTopic['guests'][number];

/** Text with code between backquotes. */
function Words({ text }: { readonly text: string }) {
  const parts = text.split('`');
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts never move
  return <>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}

function ShippedGuest({ guest }: { readonly guest: Shipped }) {
  const { startShipped, editCopy, openShipped } = useEditorActions();
  const { name, title, description, teaches } = guest;
  return (
    <li className="shipped-guest">
      <h5>
        {title} <code>{name}</code>
      </h5>
      <p>{description}</p>
      <p className="shipped-teaches">
        <b>Look for:</b> <Words text={teaches} />
      </p>
      <div className="shipped-actions">
        <Button
          tone="primary"
          aria-label={`Start ${title}`}
          onClick={() => void startShipped(name)}
        >
          <Play size={14} aria-hidden="true" /> Start
        </Button>
        <Button aria-label={`Read the source of ${title}`} onClick={() => void openShipped(name)}>
          Read
        </Button>
        <Button aria-label={`Edit a copy of ${title}`} onClick={() => void editCopy(name)}>
          <Pencil size={14} aria-hidden="true" /> Edit a copy
        </Button>
      </div>
    </li>
  );
}

const asTitle = (topic: string): string => topic.charAt(0).toUpperCase() + topic.slice(1);

export function ShippedGuests() {
  return (
    <section className="shipped-guests" aria-labelledby="shipped-guests-title">
      <h3 id="shipped-guests-title">Shipped with Ringside</h3>
      {SHIPPED_TOPICS.map(({ topic, guests }) => (
        <section key={topic} aria-label={asTitle(topic)}>
          <h4>{asTitle(topic)}</h4>
          <ul>
            {guests.map((guest) => (
              <ShippedGuest key={guest.name} guest={guest} />
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
