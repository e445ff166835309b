/**
 * Physical memory as a look reads it, with no side effects: the guest's, through the map of its pages, or the real
 * machine's. Beyond RAM there is nothing (null), and a table entry there reads as ones, as on an open bus.
 */
import type { System } from '../../hypervisor/core/system';

const PAGE_SHIFT = 12;
const OPEN_BUS = 0xffffffff;

export interface PhysicalReader {
  /** One byte; null where there is no memory. */
  byte(address: number): number | null;
  /** A little-endian dword, unsigned; missing bytes read as 0xff. */
  dword(address: number): number;
}

/** Guest-physical memory. Bare: the machine's own. */
export function guestPhysical(system: System): PhysicalReader {
  let page = -1;
  let start: number | null = null;
  return readerOf((address) => {
    if (address >>> PAGE_SHIFT !== page) {
      page = address >>> PAGE_SHIFT;
      const machine = system.machinePage(page);
      start = machine === null ? null : machine * 0x1000;
    }
    return start === null ? null : ramByte(system, start + (address & 0xfff));
  });
}

export const machinePhysical = (system: System): PhysicalReader =>
  readerOf((address) => ramByte(system, address));

function readerOf(byte: (address: number) => number | null): PhysicalReader {
  return {
    byte: (address) => byte(address >>> 0),
    dword(address) {
      let value = 0;
      for (let i = 3; i >= 0; i--)
        value = (value << 8) | ((byte((address + i) >>> 0) ?? OPEN_BUS) & 0xff);
      return value >>> 0;
    },
  };
}

const ramByte = (system: System, address: number): number | null =>
  address < system.memory.ramBytes ? system.memory.read8(address) : null;
