/**
 * Page tables: the walk of one address drawn, with what it ends in, and the whole address space as a tree. Under a
 * hypervisor the guest's walk stands beside the silicon's, which goes through the shadow tables.
 */
import { useState } from 'react';
import { hex32 } from '../../base/hex';
import type { WalkView } from '../../session/debug';
import type { WalkPlace } from '../../store/debug-state';
import { useActions, useApp } from '../../store/use-store';
import { isStale, outcomeSentence, tlbSentence, walkSentences } from '../../viz/paging/words';
import { cx } from '../shared/cx';
import { Select } from '../shared/Select';
import { Switch } from '../shared/Switch';
import { TextTwin } from '../shared/TextTwin';
import { useWidth } from '../shared/use-width';
import { PageEntryEditor } from './PageEntryEditor';
import { PageTree } from './PageTree';
import { ExpressionField, expressionText, numberOrExpression } from './parts/ExpressionField';
import { useReading } from './use-reading';
import { WalkPicture } from './WalkPicture';
import './debug.css';
import './PagingPanel.css';

type As = 'now' | 'user' | 'supervisor';

const AS: readonly { readonly value: As; readonly label: string }[] = [
  { value: 'now', label: 'in this ring' },
  { value: 'user', label: 'in ring 3' },
  { value: 'supervisor', label: 'in ring 0' },
];

const ACCESSES: readonly { readonly value: WalkPlace['access']; readonly label: string }[] = [
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
  { value: 'execute', label: 'Execute' },
];

export function PagingPanel() {
  const place = useApp((s) => s.walkPlace);
  const bare = useApp((s) => s.world?.technique === 'bare');
  const { revealWalk } = useActions();
  const [as, setAs] = useState<As>('now');
  const user = as === 'now' ? {} : { user: as === 'user' };
  const { address, access } = place;
  const guest = useReading('walk', { cpu: 'guest', address, access, ...user });
  const real = useReading('walk', bare ? null : { cpu: 'real', address, access, ...user });
  return (
    <section className="debug-panel" aria-label="Page tables">
      <div className="debug-bar-row">
        <ExpressionField
          label="Walk"
          value={expressionText(address)}
          placeholder="eip, label, 0x300000"
          problem={guest.problem}
          onApply={(text) => revealWalk({ ...place, address: numberOrExpression(text) })}
        />
        <Switch
          label="Kind of access"
          value={access}
          options={ACCESSES}
          onChange={(value) => revealWalk({ ...place, access: value })}
        />
        <Select label="Privilege" value={as} options={AS} onChange={setAs} />
      </div>
      {guest.reply && (
        <Walk
          view={guest.reply}
          title={bare ? null : 'The guest’s tables'}
          note={guestNote(guest.reply, bare)}
        />
      )}
      {!bare && guest.reply && real.reply && (
        <>
          <Chain guest={guest.reply} />
          <Walk
            view={real.reply}
            title="The shadow tables"
            note="What the silicon walks. Filled by hidden page faults: an entry may be missing though the guest has it."
          />
        </>
      )}
      <PageTree />
    </section>
  );
}

const guestNote = (view: WalkView, bare: boolean): string | null => {
  if (bare) return null;
  return view.enabled
    ? 'What the guest’s kernel wrote. The silicon never walks these.'
    : 'The guest has not turned paging on.';
};

/** gVA, gPA, mPA: the three addresses of one byte. */
function Chain({ guest }: { readonly guest: WalkView }) {
  const { outcome, machine } = guest;
  const physical = outcome.kind === 'mapped' ? outcome.physical : null;
  return (
    <p className="walk-chain">
      <span>
        guest-virtual <code>{hex32(guest.address)}</code>
      </span>
      <span aria-hidden="true">→</span>
      <span>
        guest-physical <code>{physical === null ? 'page fault' : hex32(physical)}</code>
      </span>
      <span aria-hidden="true">→</span>
      <span>
        machine{' '}
        <code>
          {physical === null || machine === null ? '–' : hex32(machine + (physical & 0xfff))}
        </code>
      </span>
    </p>
  );
}

interface WalkProps {
  readonly view: WalkView;
  readonly title: string | null;
  readonly note: string | null;
}

function Walk({ view, title, note }: WalkProps) {
  const [ref, width] = useWidth<HTMLDivElement>(660);
  const [chosen, setChosen] = useState<'directory' | 'table' | null>(null);
  const { directoryEntry, tableEntry, cpu, outcome } = view;
  const open = chosen === 'directory' ? directoryEntry : chosen === 'table' ? tableEntry : null;
  const toggle = (entry: 'directory' | 'table') => setChosen(chosen === entry ? null : entry);
  const stale = isStale(view);
  const tlb = tlbSentence(view);
  return (
    <div ref={ref} className="walk" data-cpu={cpu}>
      {title && (
        <div className="walk-head">
          <h3 className="panel-title">{title}</h3>
          {note && <p className="debug-note">{note}</p>}
        </div>
      )}
      <p className={cx('walk-outcome', outcome.kind)} role="status">
        <strong>{outcome.kind === 'mapped' ? 'Mapped.' : 'Page fault.'}</strong>{' '}
        {outcomeSentence(view).replace('Page fault, error', 'Error')}
      </p>
      <WalkPicture view={view} width={width} chosen={chosen} onChoose={toggle} />
      {tlb && <p className={cx('debug-note', stale && 'walk-stale')}>{tlb}</p>}
      <div className="debug-buttons">
        {directoryEntry && (
          <EntryButton
            label={`Directory entry ${directoryEntry.index}`}
            open={chosen === 'directory'}
            onToggle={() => toggle('directory')}
          />
        )}
        {tableEntry && (
          <EntryButton
            label={`Page-table entry ${tableEntry.index}`}
            open={chosen === 'table'}
            onToggle={() => toggle('table')}
          />
        )}
      </div>
      {open && (
        <PageEntryEditor
          key={`${open.entryAddress}`}
          title={chosen === 'directory' ? 'Directory entry' : 'Page-table entry'}
          entry={open}
          canEdit={cpu === 'guest'}
        />
      )}
      <TextTwin of={title ?? 'Page walk'}>
        <ol>
          {walkSentences(view).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      </TextTwin>
    </div>
  );
}

interface EntryButtonProps {
  readonly label: string;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function EntryButton({ label, open, onToggle }: EntryButtonProps) {
  return (
    <button type="button" className="button small" aria-expanded={open} onClick={onToggle}>
      <span aria-hidden="true">{open ? '▾' : '▸'}</span> {label}
    </button>
  );
}
