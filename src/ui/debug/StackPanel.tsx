/** The stack word by word, and under it who called whom. */
import { hex16, hex32 } from '../../base/hex';
import type { StackView, WhichCpu } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';
import { useActions, useApp } from '../../store/use-store';
import {
  distance,
  kindName,
  STACK_KINDS,
  stackRegisters,
  targetWords,
} from '../../viz/stack/words';
import { cx } from '../shared/cx';
import { CallStackPanel } from './CallStackPanel';
import { useWhichCpu, WhichCpuSwitch } from './parts/WhichCpuSwitch';
import './debug.css';
import './StackPanel.css';

const WORDS = 32;

export function StackPanel() {
  const [cpu, setCpu] = useWhichCpu();
  return (
    <div className="stack-and-calls">
      <Words cpu={cpu} onCpu={setCpu} />
      <CallStackPanel />
    </div>
  );
}

function Words({
  cpu,
  onCpu,
}: {
  readonly cpu: WhichCpu;
  readonly onCpu: (cpu: WhichCpu) => void;
}) {
  const { reply } = useInspection('stack', { cpu, words: WORDS });
  const { revealMemory, revealBlock } = useActions();
  const registers = useApp((s) => s.view?.[cpu] ?? null);
  const names = stackRegisters(reply?.wordBytes ?? 4);
  const base = registers?.segments.find(({ name }) => name.toLowerCase() === 'ss')?.base ?? 0;
  return (
    <section className="debug-panel" aria-label="Stack">
      <div className="debug-bar-row">
        <h3 className="panel-title">Stack</h3>
        <WhichCpuSwitch value={cpu} onChange={onCpu} />
        {reply && (
          <span className="panel-note">
            SS <code>{hex16(reply.segment)}</code>, {reply.wordBytes} bytes a word
          </span>
        )}
      </div>
      {reply && (
        <table className="debug-table stack-table">
          <thead>
            <tr>
              <th scope="col">Offset</th>
              <th scope="col">Address</th>
              <th scope="col">Value</th>
              <th scope="col">What it looks like</th>
            </tr>
          </thead>
          <tbody>
            {reply.entries.map((entry, i) => {
              const { value } = entry;
              return (
                <tr
                  key={entry.address}
                  className={cx(entry.changed && 'changed', `is-${entry.kind}`)}
                >
                  <td className="code">
                    {i === 0
                      ? `${names.pointer} →`
                      : distance(entry.address, reply.entries[0]?.address ?? 0)}
                    {entry.address === (base + reply.framePointer) >>> 0 && (
                      <span className="stack-mark"> {names.frame} →</span>
                    )}
                  </td>
                  <td>
                    <button
                      type="button"
                      className="link-button code plain"
                      title="Show it in memory"
                      onClick={() => revealMemory({ space: 'virtual', address: entry.address })}
                    >
                      {hex32(entry.address)}
                    </button>
                  </td>
                  <td className="code">
                    {value === null ? '--' : value.toString(16).padStart(reply.wordBytes * 2, '0')}
                    {entry.changed && (
                      <span className="stack-changed" title="changed by the last step">
                        {' '}
                        •
                      </span>
                    )}
                    {entry.changed && <span className="visually-hidden">changed</span>}
                  </td>
                  <td title={STACK_KINDS[entry.kind].meaning}>
                    <WordLook
                      entry={entry}
                      wordBytes={reply.wordBytes}
                      onCode={(address) => void revealBlock(address)}
                      onMemory={(address) => revealMemory({ space: 'virtual', address })}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What one word looks like: a badge, words, and where it leads. */
export function WordLook({
  entry,
  wordBytes,
  onCode,
  onMemory,
}: {
  readonly entry: StackView['entries'][number];
  readonly wordBytes: StackView['wordBytes'];
  readonly onCode: (address: number) => void;
  readonly onMemory: (address: number) => void;
}) {
  const { kind, words, target, leadsTo } = entry;
  const name = kindName(kind, wordBytes);
  const leads = targetWords(entry);
  return (
    <>
      {name && <span className="stack-kind">{name}</span>}
      {words && <span className="stack-words">{words}</span>}
      {target !== null && leads !== null && (
        <button
          type="button"
          className="link-button"
          onClick={() => (leadsTo === 'code' ? onCode(target) : onMemory(target))}
        >
          {leads}
        </button>
      )}
    </>
  );
}
