/** Where the modelled cycles went, as bars. Labels and numbers are text: a table that is its own text twin. */
import type { MachineView } from '../../session/view';
import type { CostPreset } from '../../session/world';
import { cycleBars, shortCount } from '../../viz/cycles/bars';
import './CyclesPanel.css';

const PRESETS: Readonly<Record<CostPreset, string>> = {
  pentium4: 'Pentium 4 costs',
  modern: 'modern CPU costs',
};

const PAYERS = {
  guest: 'instructions',
  silicon: 'the CPU',
  hypervisor: 'the hypervisor',
  idle: 'waiting',
};

const percent = (share: number) =>
  share > 0 && share < 0.001 ? 'under 0.1 %' : `${(share * 100).toFixed(1)} %`;

export function CyclesPanel({ view }: { readonly view: MachineView }) {
  const bars = cycleBars(view.cycles);
  const total = view.cycles.total;
  return (
    <section className="cycles" aria-label="Cycles so far">
      <header className="cycles-head">
        <h3 className="panel-title">Cycles so far</h3>
        <span className="panel-note">{PRESETS[view.world.costs]}</span>
      </header>
      {bars.length === 0 ? (
        <p className="panel-note">None yet: nothing has executed.</p>
      ) : (
        <table>
          <caption className="visually-hidden">Modelled cycles by cause</caption>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.id} data-cause={bar.id}>
                <th scope="row">{bar.label}</th>
                <td>
                  <span
                    className="cycle-row"
                    title={`${bar.cycles.toLocaleString('en')} cycles, ${percent(bar.share)} (${PAYERS[bar.payer]})`}
                  >
                    <span
                      className={`cycle-bar ${bar.payer}`}
                      style={{
                        width: `calc(${(bar.length * 100).toFixed(2)}% - ${(bar.length * 56).toFixed(1)}px)`,
                      }}
                      aria-hidden="true"
                    />
                    <span className="cycle-count" data-value={bar.cycles}>
                      {shortCount(bar.cycles)}
                    </span>
                    <span className="visually-hidden">
                      , {percent(bar.share)}, {PAYERS[bar.payer]}
                    </span>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="panel-note" data-total={total}>
        {total.toLocaleString('en')} modelled cycles in all
      </p>
    </section>
  );
}
