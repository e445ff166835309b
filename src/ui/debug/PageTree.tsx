/** The whole address space as a tree: directory entries, and the pages of each as runs that go on in the same way. */
import { useState } from 'react';
import { hex32 } from '../../base/hex';
import type { PagesView, WhichCpu } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';
import { useActions } from '../../store/use-store';
import { useWhichCpu, WhichCpuSwitch } from './parts/WhichCpuSwitch';

export function PageTree() {
  const [cpu, setCpu] = useWhichCpu();
  const { reply } = useInspection('pages', { cpu });
  return (
    <div className="page-tree">
      <div className="debug-bar-row">
        <h3 className="panel-title">Whole address space</h3>
        <WhichCpuSwitch value={cpu} onChange={setCpu} />
        {reply?.enabled && (
          <span className="panel-note">
            CR3 <code>{hex32(reply.cr3)}</code>, CR0.WP {reply.writeProtect ? 1 : 0}
          </span>
        )}
      </div>
      {reply?.problem && <p className="debug-note">{reply.problem}</p>}
      {reply && reply.problem === null && reply.entries.length === 0 && (
        <p className="debug-note">The page directory has no present entry.</p>
      )}
      {reply && <Directory key={cpu} view={reply} cpu={cpu} />}
    </div>
  );
}

interface DirectoryProps {
  readonly view: PagesView;
  readonly cpu: WhichCpu;
}

function Directory({ view, cpu }: DirectoryProps) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <ul className="tree">
      {view.entries.map((entry) => (
        <li key={entry.index}>
          {entry.large ? (
            <span className="tree-leaf">
              <span className="code">{entry.index}</span> 4 MiB page
            </span>
          ) : (
            <button
              type="button"
              className="row-button"
              aria-expanded={open === entry.index}
              onClick={() => setOpen(open === entry.index ? null : entry.index)}
            >
              <span aria-hidden="true">{open === entry.index ? '▾' : '▸'}</span>{' '}
              <span className="code">{entry.index}</span> page table at{' '}
              <span className="code">{hex32(entry.target)}</span>
            </button>
          )}{' '}
          <span className="debug-note">
            from <code>{hex32(entry.linear)}</code>
            {entry.large && (
              <>
                {' '}
                to physical <code>{hex32(entry.target)}</code>
              </>
            )}
            , {entry.user ? 'user' : 'supervisor'}, {entry.writable ? 'writable' : 'read-only'}
          </span>
          {open === entry.index && <Table cpu={cpu} index={entry.index} />}
        </li>
      ))}
    </ul>
  );
}

function Table({ cpu, index }: { readonly cpu: WhichCpu; readonly index: number }) {
  const { reply } = useInspection('pages', { cpu, directoryIndex: index });
  const { revealWalk } = useActions();
  if (!reply) return null;
  if (reply.problem) return <p className="debug-note">{reply.problem}</p>;
  return (
    <table className="debug-table page-runs">
      <thead>
        <tr>
          <th scope="col">Linear</th>
          <th scope="col">Physical</th>
          <th scope="col">Pages</th>
          <th scope="col">Rights of both levels</th>
        </tr>
      </thead>
      <tbody>
        {reply.runs.map((run) => (
          <tr key={run.from}>
            <td>
              <button
                type="button"
                className="link-button code"
                title="Walk its first address"
                onClick={() => revealWalk({ cpu, address: run.linear, access: 'read' })}
              >
                {hex32(run.linear)}
              </button>
            </td>
            <td className="code">{run.physical === null ? '' : hex32(run.physical)}</td>
            <td className="code">{run.to - run.from + 1}</td>
            <td>{run.rights}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
