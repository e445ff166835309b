/** One entry of the guest's page tables bit by bit. Its bits and its frame can be changed, which starts a branch. */
import { useState } from 'react';
import { hex32 } from '../../base/hex';
import type { BitField, PageEntryView } from '../../session/debug';
import { useActions } from '../../store/use-store';
import { Button } from '../shared/Button';
import { BitRuler } from './parts/BitRuler';
import { WhoWrote } from './parts/WhoWrote';

/** Bits a kernel changes by hand; the others would only confuse here. */
const CAN_FLIP = new Set(['P', 'R/W', 'U/S', 'A', 'D']);

export interface PageEntryEditorProps {
  readonly title: string;
  readonly entry: PageEntryView;
  /** The guest's entries can be changed; the shadow's are the hypervisor's business. */
  readonly canEdit: boolean;
}

export function PageEntryEditor({ title, entry, canEdit }: PageEntryEditorProps) {
  const { edit } = useActions();
  const write = (value: number) =>
    void edit({
      kind: 'memory',
      space: 'physical',
      address: entry.entryAddress,
      bytes: [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff),
    });
  const flip = (field: BitField) => write((entry.entry ^ (1 << field.low)) >>> 0);
  return (
    <div className="debug-card">
      <div className="debug-card-head">
        <h4 className="panel-title">
          {title} {entry.index}{' '}
          <span className="panel-note">
            at {canEdit ? 'guest-physical' : 'machine'} <code>{hex32(entry.entryAddress)}</code>
          </span>
        </h4>
        <code>{hex32(entry.entry)}</code>
      </div>
      <BitRuler
        fields={entry.fields}
        {...(canEdit
          ? { onFlip: flip, canFlip: (field: BitField) => CAN_FLIP.has(field.name) }
          : {})}
      />
      {canEdit ? (
        <>
          <Frame entry={entry} onWrite={write} />
          <WhoWrote
            target={{ kind: 'memory', space: 'physical', address: entry.entryAddress, length: 4 }}
            what={`${title.toLowerCase()} ${entry.index}`}
          />
          <p className="debug-note">
            A change starts a branch. It also flushes the TLB, as if the guest had changed the entry
            and flushed it itself.
          </p>
        </>
      ) : (
        <p className="debug-note">
          The hypervisor made this entry; it cannot be changed from here.
        </p>
      )}
    </div>
  );
}

function Frame({
  entry,
  onWrite,
}: {
  readonly entry: PageEntryView;
  readonly onWrite: (value: number) => void;
}) {
  const [draft, setDraft] = useState('');
  const [wrong, setWrong] = useState(false);
  const low = entry.large ? 0x3fffff : 0xfff;
  return (
    <form
      className="debug-field"
      onSubmit={(event) => {
        event.preventDefault();
        const frame = Number(/^0x/i.test(draft) ? draft : `0x${draft}`);
        const good =
          draft !== '' && Number.isInteger(frame) && frame <= 0xffffffff && (frame & low) === 0;
        setWrong(!good);
        if (!good) return;
        setDraft('');
        onWrite(((frame & ~low) | (entry.entry & low)) >>> 0);
      }}
    >
      <label>
        Physical address{' '}
        <input
          className="debug-input short code"
          placeholder={hex32(entry.target)}
          value={draft}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
      </label>
      <Button className="small" type="submit">
        Write
      </Button>
      {wrong && (
        <p className="debug-problem" role="alert">
          Give a hexadecimal address that ends in{' '}
          {entry.large ? 'at least 22 zero bits' : 'three zeros'}.
        </p>
      )}
    </form>
  );
}
