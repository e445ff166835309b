/** The stack word by word, and under it who called whom. */
import { hex16, hex32 } from '../../base/hex';
import type { WhichCpu } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';
import { useActions, useApp } from '../../store/use-store';
import { distance, STACK_KINDS } from '../../viz/stack/words';
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
              const { name, meaning } = STACK_KINDS[entry.kind];
              const { value } = entry;
              const isCode = entry.kind === 'return-address' || entry.kind === 'code';
              return (
                <tr
                  key={entry.address}
                  className={cx(entry.changed && 'changed', `is-${entry.kind}`)}
                >
                  <td className="code">
                    {i === 0 ? 'ESP →' : distance(entry.address, reply.entries[0]?.address ?? 0)}
                    {entry.address === (base + reply.framePointer) >>> 0 && (
                      <span className="stack-mark"> EBP →</span>
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
                  <td title={meaning}>
                    {name && <span className="stack-kind">{name}</span>}
                    {value !== null && (entry.label !== null || entry.kind === 'stack') && (
                      <button
                        type="button"
                        className="link-button"
                        onClick={() =>
                          isCode
                            ? void revealBlock(value)
                            : revealMemory({ space: 'virtual', address: value })
                        }
                      >
                        {entry.label ?? hex32(value)}
                      </button>
                    )}
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
