/** Who called whom, innermost first; a click goes to the code and its source line. */
import { hex32 } from '../../base/hex';
import { useInspection } from '../../store/use-inspection';
import { useActions } from '../../store/use-store';
import { frameWords } from '../../viz/stack/words';
import { cx } from '../shared/cx';
import './debug.css';

export function CallStackPanel() {
  const { reply } = useInspection('calls', {});
  const { revealBlock, revealSource, revealMemory } = useActions();
  return (
    <section className="debug-panel" aria-label="Call stack">
      <h3 className="panel-title">Call stack</h3>
      {reply && (
        <>
          <ol className="calls">
            {reply.frames.map((frame, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: frames have no other identity than their depth
              <li key={i} className={cx('call', `by-${frame.by}`)}>
                <span className="call-depth code">#{i}</span>
                <div>
                  <button
                    type="button"
                    className="link-button code"
                    onClick={() => void revealBlock(frame.address)}
                    title="Show the block"
                  >
                    {frame.label ?? `0x${hex32(frame.address)}`}
                  </button>{' '}
                  <span className="debug-note">{frameWords(frame)}</span>
                  <div className="debug-note">
                    {frame.source && (
                      <button
                        type="button"
                        className="link-button plain"
                        onClick={() =>
                          frame.source && revealSource(frame.source.file, frame.source.line)
                        }
                      >
                        {frame.source.file}:{frame.source.line}
                      </button>
                    )}
                    {frame.framePointer !== null && (
                      <>
                        {frame.source && ', '}frame at{' '}
                        <button
                          type="button"
                          className="link-button code plain"
                          onClick={() =>
                            revealMemory({ space: 'virtual', address: frame.framePointer ?? 0 })
                          }
                        >
                          {hex32(frame.framePointer)}
                        </button>
                      </>
                    )}
                  </div>
                </div>
              </li>
            ))}
          </ol>
          <p className="debug-note">{reply.ended}</p>
        </>
      )}
    </section>
  );
}
