/** The guests that ship with Ringside, by topic: start one, or make a copy to change. */
import { GitCompareArrows, Play } from 'lucide-react';
import { Fragment, useId, useRef } from 'react';
import {
  differenceOf,
  SHIPPED_TOPICS,
  type ShippedTopic,
  waitsForPerson,
} from '../../store/editor/shipped';
import { useEditorActions } from '../../store/editor/use-editor';
import { Button } from '../shared/Button';

type Shipped = ShippedTopic['guests'][number];

interface Chapter {
  readonly title: string;
  readonly guests: readonly Shipped[];
}

/** Comes first, before the chapters in their reading order: it shows what all the others lead to. */
const SHOW_PIECE = 'tinyos';

const asTitle = (topic: string): string => topic.charAt(0).toUpperCase() + topic.slice(1);

const CHAPTERS: readonly Chapter[] = [
  {
    title: 'A whole system',
    guests: SHIPPED_TOPICS.flatMap(({ guests }) => guests.filter((g) => g.name === SHOW_PIECE)),
  },
  ...SHIPPED_TOPICS.map(({ topic, guests }) => ({
    title: asTitle(topic),
    guests: guests.filter((guest) => guest.name !== SHOW_PIECE),
  })),
].filter(({ guests }) => guests.length > 0);

/** Text with code between backquotes. */
function Words({ text }: { readonly text: string }) {
  const parts = text.split('`');
  return (
    <>
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts never move
        <Fragment key={i}>{i % 2 === 1 ? <code>{part}</code> : part}</Fragment>
      ))}
    </>
  );
}

function ShippedGuest({ guest }: { readonly guest: Shipped }) {
  const { startShipped, editCopy, openShipped } = useEditorActions();
  const { name, title, description, teaches } = guest;
  const difference = differenceOf(guest);
  return (
    <li className="shipped-guest">
      <div className="shipped-head">
        <h5>
          {title} {title === name ? null : <code>{name}</code>}
        </h5>
        <Button
          tone="primary"
          aria-label={`Start ${title}`}
          title={
            waitsForPerson(name)
              ? 'Runs it at full speed; you type into its console'
              : 'Loads it and stops before its first instruction'
          }
          onClick={() => void startShipped(name)}
        >
          <Play size={14} aria-hidden="true" /> Start
        </Button>
      </div>
      <p>{description}</p>
      <p className="shipped-teaches">
        <b>Look for:</b> <Words text={teaches} />
      </p>
      {difference ? (
        <p className="shipped-differs">
          <GitCompareArrows size={14} aria-hidden="true" />
          <span>
            <b>{difference.technique} shows:</b> {difference.why}
          </span>
        </p>
      ) : null}
      <div className="shipped-actions">
        <Button
          tone="quiet"
          aria-label={`Read the source of ${title}`}
          onClick={() => void openShipped(name)}
        >
          Read
        </Button>
        <Button
          tone="quiet"
          aria-label={`Edit a copy of ${title}`}
          onClick={() => void editCopy(name)}
        >
          Edit a copy
        </Button>
      </div>
    </li>
  );
}

export function ShippedGuests() {
  const titles = useRef<(HTMLHeadingElement | null)[]>([]);
  const id = useId();
  const jump = (to: number) => {
    const title = titles.current[to];
    title?.scrollIntoView({ block: 'start' });
    // The next Tab goes on from there.
    title?.focus({ preventScroll: true });
  };
  return (
    <section className="shipped-guests" aria-labelledby={id}>
      <header className="shipped-top">
        <h3 id={id}>Shipped with Ringside</h3>
        <nav aria-label="Topics">
          {CHAPTERS.map(({ title }, i) => (
            <Button key={title} tone="quiet" onClick={() => jump(i)}>
              {title}
            </Button>
          ))}
        </nav>
      </header>
      <div className="shipped-list">
        {CHAPTERS.map(({ title, guests }, i) => (
          <section key={title} aria-label={title}>
            <h4
              ref={(element) => {
                titles.current[i] = element;
              }}
              tabIndex={-1}
            >
              {title}
            </h4>
            <ul>
              {guests.map((guest) => (
                <ShippedGuest key={guest.name} guest={guest} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}
