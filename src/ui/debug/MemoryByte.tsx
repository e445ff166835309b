/** What is known of one byte of memory: its values, what it points at, who wrote it, and breakpoints on it. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { hex8, hex16, hex32 } from '../../base/hex';
import type { MemoryView } from '../../session/debug';
import { useActions } from '../../store/use-store';
import { valuesAt } from '../../viz/memory/rows';
import { Button, IconButton } from '../shared/Button';
import { ValueForm } from './parts/ValueForm';
import { WhoWrote } from './parts/WhoWrote';

export interface MemoryByteProps {
  readonly view: MemoryView;
  readonly address: number;
  readonly onClose: () => void;
  readonly onFollow: (target: number) => void;
}

type Size = 1 | 2 | 4;

export function MemoryByte({ view, address, onClose, onFollow }: MemoryByteProps) {
  const { addBreakpoint, edit, revealWalk } = useActions();
  const [size, setSize] = useState<Size>(4);
  const offset = address - view.address;
  const { byte, word, dword } = valuesAt(view, offset);
  const symbol = view.symbols.findLast((candidate) => candidate.offset <= offset);
  const pointer = view.pointers.find((candidate) => candidate.offset === offset);
  const { space } = view;
  const value = { 1: byte, 2: word, 4: dword }[size];
  const length = value === null ? 1 : size;
  const place = (on: 'write' | 'read') =>
    space === 'machine'
      ? undefined
      : void addBreakpoint({ kind: 'data', space, address, length, on });

  const write = (text: string) => {
    const wanted = Number(/^0x/i.test(text) ? text : `0x${text}`);
    if (space === 'machine' || !Number.isInteger(wanted) || wanted < 0 || wanted >= 256 ** size)
      return false;
    const bytes = Array.from({ length: size }, (_, i) => Math.floor(wanted / 256 ** i) & 0xff);
    void edit({ kind: 'memory', space, address, bytes });
    return true;
  };

  return (
    <section className="debug-card memory-byte" aria-label={`Byte at ${hex32(address)}`}>
      <div className="debug-card-head">
        <h4 className="panel-title">
          <code>0x{hex32(address)}</code>
          {symbol && (
            <span className="panel-note">
              {' '}
              {symbol.name}
              {offset > symbol.offset ? `+0x${(offset - symbol.offset).toString(16)}` : ''}
            </span>
          )}
        </h4>
        <IconButton label="Close" className="quiet small" tipSide="end" onClick={onClose}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      </div>
      {byte === null ? (
        <p className="debug-note">Nothing is mapped here: an access would be a page fault.</p>
      ) : (
        <dl className="debug-facts">
          <dt>byte</dt>
          <dd className="code">
            0x{hex8(byte)} = {byte}
            {byte >= 0x20 && byte < 0x7f ? ` = '${String.fromCharCode(byte)}'` : ''}
          </dd>
          {word !== null && (
            <>
              <dt>word</dt>
              <dd className="code">
                0x{hex16(word)} = {word}
              </dd>
            </>
          )}
          {dword !== null && (
            <>
              <dt>dword</dt>
              <dd className="code">
                0x{hex32(dword)} = {dword}
              </dd>
            </>
          )}
          {pointer && (
            <>
              <dt>points at</dt>
              <dd>
                <button
                  type="button"
                  className="link-button code"
                  onClick={() => onFollow(pointer.target)}
                >
                  {pointer.label ?? `0x${hex32(pointer.target)}`}
                </button>{' '}
                ({pointer.kind})
              </dd>
            </>
          )}
        </dl>
      )}
      {space !== 'machine' && byte !== null && (
        <>
          <div className="debug-bar-row">
            <SizeChoice size={size} onSize={setSize} />
            <ValueForm
              label="New value, hexadecimal"
              now={value === null ? '' : value.toString(16).padStart(size * 2, '0')}
              digits={size * 2}
              onWrite={write}
            />
          </div>
          <div className="debug-buttons">
            <WhoWrote
              target={{ kind: 'memory', space, address, length }}
              what={`${length === 1 ? 'the byte' : `the ${length} bytes`} at 0x${hex32(address)}`}
            />
            <Button className="small" onClick={() => place('write')}>
              Break on write
            </Button>
            <Button className="small" onClick={() => place('read')}>
              Break on read
            </Button>
            {space === 'virtual' && (
              <Button
                className="small"
                onClick={() => revealWalk({ cpu: 'guest', address, access: 'read' })}
              >
                Page walk
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  );
}

const SIZES: readonly (readonly [Size, string])[] = [
  [1, 'byte'],
  [2, 'word'],
  [4, 'dword'],
];

function SizeChoice({
  size,
  onSize,
}: {
  readonly size: Size;
  readonly onSize: (size: Size) => void;
}) {
  return (
    <div className="switch" role="radiogroup" aria-label="Size">
      {SIZES.map(([value, label]) => (
        <label key={value}>
          <input type="radio" name="size" checked={size === value} onChange={() => onSize(value)} />
          {label}
        </label>
      ))}
    </div>
  );
}
