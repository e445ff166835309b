/**
 * Bit tests and scans. With a register index and a memory operand the index reaches beyond the operand: it addresses
 * a bit string.
 * @see Intel SDM vol. 2, "BT", "BTC", "BTR", "BTS", "BSF", "BSR"
 */
import { logic, materializeFlags, setArithmeticFlags, setCarry } from '../flags';
import { EFLAGS_ZF } from '../state';
import { addressOf, type Lowering, type LoweringTable, operandAt, placeOf, plain } from './site';

type Change = (value: number, bit: number) => number;

const bitTest =
  (change: Change | null): Lowering =>
  (site) => {
    const { core, size } = site;
    const r = core.state;
    const a = core.access;
    const width = 8 * size;
    const target = operandAt(site, 0);
    const index = placeOf(site, 1, site.parts[1] === 'imm8' ? 1 : size);
    if (target.kind === 'memory' && site.parts[1] !== 'imm8') {
      const { seg, b, x, s, d, m } = addressOf(target);
      const step = size === 4 ? 5 : 4;
      return plain(() => {
        const signed = size === 4 ? index.read() : (index.read() << 16) >> 16;
        const at = (r[b]! + (r[x]! << s) + d + (signed >> step) * size) & m;
        const bit = signed & (width - 1);
        if (!change) {
          const value = size === 4 ? a.read32(seg, at) : a.read16(seg, at);
          setCarry(r, (value >>> bit) & 1);
          return;
        }
        const value = size === 4 ? a.modify32(seg, at) : a.modify16(seg, at);
        const result = change(value, 1 << bit);
        if (size === 4) a.store32(result);
        else a.store16(result);
        setCarry(r, (value >>> bit) & 1);
      });
    }
    const to = placeOf(site, 0);
    if (!change) {
      return plain(() => {
        const bit = index.read() & (width - 1);
        setCarry(r, (to.read() >>> bit) & 1);
      });
    }
    return plain(() => {
      const bit = index.read() & (width - 1);
      const value = to.modify();
      to.store(change(value, 1 << bit));
      setCarry(r, (value >>> bit) & 1);
    });
  };

/** BSF and BSR: with a zero source ZF = 1 and the destination keeps its value. */
const scan =
  (forward: boolean): Lowering =>
  (site) => {
    const r = site.core.state;
    const to = placeOf(site, 0);
    const from = placeOf(site, 1);
    return plain(() => {
      const value = from.read();
      if (value === 0) {
        logic(r, 0, 0);
        return;
      }
      const found = forward ? 31 - Math.clz32(value & -value) : 31 - Math.clz32(value);
      to.write(found);
      const others = materializeFlags(r) & ~EFLAGS_ZF;
      setArithmeticFlags(r, others);
    });
  };

export const BITS: LoweringTable = {
  Bt: bitTest(null),
  Bts: bitTest((value, bit) => value | bit),
  Btr: bitTest((value, bit) => value & ~bit),
  Btc: bitTest((value, bit) => value ^ bit),
  Bsf: scan(true),
  Bsr: scan(false),
};
